using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace PbftReference.Runtime.Telemetry;

/// <summary>
/// Exports spans and metrics by OTLP over HTTP, where an address is set. The collector tells the replicas of a cluster apart by the
/// resource: service.name is "pbft", service.instance.id is the cluster and the replica.
/// </summary>
public sealed class OtlpExport : IDisposable
{
    /// <summary>The service's name in the resource.</summary>
    public const string Service = "pbft";

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private OtlpExport(Uri address, string instance)
    {
        var version = typeof(OtlpExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        void describe(ResourceBuilder resource) => resource.AddService(Service, serviceVersion: version, autoGenerateServiceInstanceId: false, serviceInstanceId: instance);
        _traces = Sdk.CreateTracerProviderBuilder().ConfigureResource(describe)
            .AddSource(ReplicaInstruments.Name)
            .AddOtlpExporter(options => Set(options, new Uri(address, "v1/traces"))).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().ConfigureResource(describe)
            .AddMeter(ReplicaInstruments.Name, "System.Runtime")
            .AddOtlpExporter(options => Set(options, new Uri(address, "v1/metrics"))).Build();
    }

    /// <summary>Begins to export.</summary>
    /// <param name="address">The collector's address, as http://127.0.0.1:4318; empty for none.</param>
    /// <param name="instance">Whose they are, as test/0.</param>
    /// <returns>Ends it, with what waits sent; null if there is nothing to export to.</returns>
    public static OtlpExport? Start(string address, string instance) =>
        string.IsNullOrEmpty(address) ? null : new OtlpExport(new Uri(address.EndsWith('/') ? address : address + "/"), instance);

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
