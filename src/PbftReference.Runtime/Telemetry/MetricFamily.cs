using System.Diagnostics.Metrics;

namespace PbftReference.Runtime.Telemetry;

/// <summary>What kind a metric is to Prometheus.</summary>
internal enum MetricKind
{
    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Only goes up while the process lives.</summary>
    Counter,

    /// <summary>Counts by size.</summary>
    Histogram,
}

/// <summary>
/// One instrument as it is scraped: a series for each combination of tags. Measurements may come from any thread; one whose series is
/// there already allocates nothing.
/// </summary>
internal sealed class MetricFamily
{
    private readonly Lock _gate = new();
    private readonly bool _adds;
    private volatile MetricSeries[] _series = [];

    public MetricFamily(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        _adds = type == typeof(Counter<>) || type == typeof(UpDownCounter<>) || type == typeof(Histogram<>);
        Kind = type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter : type == typeof(Histogram<>) ? MetricKind.Histogram : MetricKind.Gauge;
        Unit = instrument.Unit switch { "s" => "seconds", "By" => "bytes", _ => "" };
        Name = NameOf(instrument.Name, Unit);
        Help = instrument.Description ?? "";
        Buckets = Kind == MetricKind.Histogram ? (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [] : [];
    }

    public MetricKind Kind { get; }

    /// <summary>seconds, bytes, or nothing.</summary>
    public string Unit { get; }

    /// <summary>The name, with its unit and without what a counter's or a histogram's samples end with.</summary>
    public string Name { get; }

    public string Help { get; }

    /// <summary>Upper bounds of the buckets, each its own included; the last one, without bound, is not among them.</summary>
    public IReadOnlyList<double> Buckets { get; }

    /// <summary>The series there are, in the order of their labels.</summary>
    public IEnumerable<MetricSeries> Series => _series.OrderBy(series => series.Labels, StringComparer.Ordinal);

    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        (Find(_series, tags) ?? Add(tags)).Take(value, _adds, Buckets);

    private static string NameOf(string instrument, string unit)
    {
        var name = instrument.Replace('.', '_');
        return unit.Length == 0 || name.EndsWith("_" + unit, StringComparison.Ordinal) ? name : $"{name}_{unit}";
    }

    private static MetricSeries? Find(MetricSeries[] all, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in all)
        {
            if (series.Has(tags)) return series;
        }

        return null;
    }

    private MetricSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            if (Find(_series, tags) is { } there) return there;
            var series = new MetricSeries(tags.ToArray(), Buckets.Count);
            _series = [.. _series, series];
            return series;
        }
    }
}
