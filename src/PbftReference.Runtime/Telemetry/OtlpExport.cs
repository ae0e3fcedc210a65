using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace PbftReference.Runtime.Telemetry;

/// <summary>Exports spans and metrics by OTLP over HTTP, where an address is set.</summary>
public sealed class OtlpExport : IDisposable
{
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private OtlpExport(Uri address)
    {
        _traces = Sdk.CreateTracerProviderBuilder().AddSource(ReplicaInstruments.Name).AddOtlpExporter(options => Set(options, new Uri(address, "v1/traces"))).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().AddMeter(ReplicaInstruments.Name).AddOtlpExporter(options => Set(options, new Uri(address, "v1/metrics"))).Build();
    }

    /// <summary>Begins to export.</summary>
    /// <param name="address">The collector's address, as http://127.0.0.1:4318; empty for none.</param>
    /// <returns>Ends it, with what waits sent; null if there is nothing to export to.</returns>
    public static OtlpExport? Start(string address) =>
        string.IsNullOrEmpty(address) ? null : new OtlpExport(new Uri(address.EndsWith('/') ? address : address + "/"));

    private static void Set(OtlpExporterOptions options, Uri address)
    {
        options.Endpoint = address;
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }
}
