using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace PbftReference.Runtime.Telemetry;

/// <summary>
/// Listens to the instruments of one meter and writes what they say in Prometheus's text format 0.0.4. May be used by several threads.
/// </summary>
public sealed class PrometheusText : IDisposable
{
    /// <summary>The content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    private sealed class Family(Instrument instrument, string name)
    {
        public string Name { get; } = name;

        public string Help { get; } = instrument.Description ?? "";

        public bool IsCounter { get; } = instrument is Counter<long>;

        public IReadOnlyList<double>? Buckets { get; } = instrument is Histogram<double> h ? h.Advice?.HistogramBucketBoundaries ?? [] : null;

        public SortedDictionary<string, Series> Series { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Series
    {
        public double Value { get; set; }

        public long Count { get; set; }

        public long[] InBucket { get; init; } = [];
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="instruments">To whose meter.</param>
    public PrometheusText(ReplicaInstruments instruments)
    {
        ArgumentNullException.ThrowIfNull(instruments);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter != instruments.Meter) return;
            lock (_gate) _families[NameOf(instrument)] = new Family(instrument, NameOf(instrument));
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The name that Prometheus knows an instrument by.</summary>
    public static string NameOf(Instrument instrument)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        var name = instrument.Name.Replace('.', '_');
        if (instrument.Unit == "s") name += "_seconds";
        if (instrument.Unit == "By") name = name.EndsWith("_bytes", StringComparison.Ordinal) ? name : name + "_bytes";
        return instrument is Counter<long> ? name + "_total" : name;
    }

    /// <summary>What all instruments say now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder(4096);
        lock (_gate)
        {
            foreach (var family in _families.Values)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Name} {Escaped(family.Help)}\n");
                text.Append(CultureInfo.InvariantCulture, $"# TYPE {family.Name} {(family.Buckets is not null ? "histogram" : family.IsCounter ? "counter" : "gauge")}\n");
                foreach (var (labels, series) in family.Series) Write(text, family, labels, series);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, Family family, string labels, Series series)
    {
        if (family.Buckets is not { } buckets)
        {
            text.Append(CultureInfo.InvariantCulture, $"{family.Name}{Braced(labels)} {Number(series.Value)}\n");
            return;
        }

        var below = 0L;
        for (var i = 0; i < buckets.Count; i++)
        {
            below += series.InBucket[i];
            text.Append(CultureInfo.InvariantCulture, $"{family.Name}_bucket{Braced(Joined(labels, $"le=\"{Number(buckets[i])}\""))} {below}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{family.Name}_bucket{Braced(Joined(labels, "le=\"+Inf\""))} {series.Count}\n");
        text.Append(CultureInfo.InvariantCulture, $"{family.Name}_sum{Braced(labels)} {Number(series.Value)}\n");
        text.Append(CultureInfo.InvariantCulture, $"{family.Name}_count{Braced(labels)} {series.Count}\n");
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        lock (_gate)
        {
            var family = _families[NameOf(instrument)];
            if (!family.Series.TryGetValue(labels, out var series)) series = family.Series[labels] = new Series { InBucket = new long[family.Buckets?.Count ?? 0] };
            if (family.Buckets is { } buckets)
            {
                series.Count++;
                series.Value += value;
                for (var i = 0; i < buckets.Count; i++)
                {
                    if (value > buckets[i]) continue;
                    series.InBucket[i]++;
                    break;
                }
            }
            else
            {
                series.Value = family.IsCounter ? series.Value + value : value;
            }
        }
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        var text = new StringBuilder();
        foreach (var (name, value) in tags) text.Append(text.Length == 0 ? "" : ",").Append(name.Replace('.', '_')).Append("=\"").Append(EscapedValue(value)).Append('"');
        return text.ToString();
    }

    private static string EscapedValue(object? value) => Escaped(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Joined(string labels, string more) => labels.Length == 0 ? more : $"{labels},{more}";

    private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
