using System.Diagnostics.Metrics;

namespace PbftReference.Runtime.Telemetry;

/// <summary>
/// Listens to the instruments of one replica, and to those of the .NET runtime (meter <c>System.Runtime</c>), and writes what they say as
/// Prometheus reads it. May be used by several threads.
/// </summary>
public sealed class PrometheusText : IDisposable
{
    private const string Runtime = "System.Runtime";

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    /// <summary>Begins to listen.</summary>
    /// <param name="instruments">To whose meter.</param>
    public PrometheusText(ReplicaInstruments instruments)
    {
        ArgumentNullException.ThrowIfNull(instruments);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter != instruments.Meter && instrument.Meter.Name != Runtime) return;
            var family = new MetricFamily(instrument);
            lock (_gate) _families[family.Name] = family;
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Take(value, tags));
        _listener.Start();
    }

    /// <summary>The name that Prometheus knows an instrument by.</summary>
    public static string NameOf(Instrument instrument)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        var family = new MetricFamily(instrument);
        return family.Kind == MetricKind.Counter ? family.Name + PrometheusWriter.CounterSuffix : family.Name;
    }

    /// <summary>What all instruments say now.</summary>
    /// <param name="format">How it is written.</param>
    public string Write(PrometheusFormat format = PrometheusFormat.Text)
    {
        _listener.RecordObservableInstruments();
        MetricFamily[] families;
        lock (_gate) families = [.. _families.Values];
        var writer = new PrometheusWriter(format);
        foreach (var family in families) writer.Add(family);
        return writer.End();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
