using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// A cluster's configuration as JSON for people to read and write: indented, durations in milliseconds as their names say. When it is
/// read, fields may stand in any order, and one that is left out has its default.
/// </summary>
public static class ConfigurationCodec
{
    private const string Document = "cluster configuration";

    private static readonly Field[] Fields =
    [
        new("replicas", c => c.Replicas, (c, v) => c with { Replicas = (int)v }),
        new("faults", c => c.Faults, (c, v) => c with { Faults = (int)v }),
        new("checkpointPeriod", c => c.CheckpointPeriod, (c, v) => c with { CheckpointPeriod = (int)v }),
        new("logMultiplier", c => c.LogMultiplier, (c, v) => c with { LogMultiplier = (int)v }),
        new("batchSize", c => c.BatchSize, (c, v) => c with { BatchSize = (int)v }),
        new("batchBytes", c => c.BatchBytes, (c, v) => c with { BatchBytes = (int)v }),
        new("clientWindow", c => c.ClientWindow, (c, v) => c with { ClientWindow = (int)v }),
        new("viewChangePeriod", c => c.ViewChangePeriod, (c, v) => c with { ViewChangePeriod = (int)v }),
        new("batchTimeoutMs", c => c.BatchTimeout, (c, v) => c with { BatchTimeout = v }, long.MaxValue),
        new("requestTimeoutMs", c => c.RequestTimeout, (c, v) => c with { RequestTimeout = v }, long.MaxValue),
        new("resendViewChangeTimeoutMs", c => c.ResendViewChangeTimeout, (c, v) => c with { ResendViewChangeTimeout = v }, long.MaxValue),
        new("nullRequestTimeoutMs", c => c.NullRequestTimeout, (c, v) => c with { NullRequestTimeout = v }, long.MaxValue),
        new("statusTimeoutMs", c => c.StatusTimeout, (c, v) => c with { StatusTimeout = v }, long.MaxValue),
        new("transferTimeoutMs", c => c.TransferTimeout, (c, v) => c with { TransferTimeout = v }, long.MaxValue),
    ];

    private const string InitialServiceDigest = "initialServiceDigest";

    /// <summary>The names of the fields, in the order in which they are written.</summary>
    public static IReadOnlyList<string> FieldNames { get; } = [.. Fields.Select(field => field.Name), InitialServiceDigest];

    /// <summary>The configuration as indented JSON in UTF-8, with every field.</summary>
    public static byte[] Encode(ClusterConfiguration configuration)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using (var json = new JsonTextWriter(text) { Formatting = Formatting.Indented })
        {
            json.WriteStartObject();
            foreach (var field in Fields)
            {
                json.WritePropertyName(field.Name);
                json.WriteValue(field.Get(configuration));
            }

            json.WritePropertyName(InitialServiceDigest);
            json.WriteValue(configuration.InitialServiceDigest.IsNone ? null : configuration.InitialServiceDigest.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetBytes(text + "\n");
    }

    /// <summary>Reads a configuration and checks its bounds.</summary>
    /// <exception cref="LogFormatException">Not JSON, an unknown or repeated field, or a value out of bounds; says which and where.</exception>
    public static ClusterConfiguration Decode(ReadOnlyMemory<byte> data)
    {
        var configuration = LogJsonReader.Decode(Document, data, Read);
        try
        {
            return configuration.Validate();
        }
        catch (ArgumentException e)
        {
            throw new LogFormatException($"{Document}: {e.Message}", e);
        }
    }

    /// <summary>Reads a configuration that is a field of something else, and checks its bounds.</summary>
    /// <param name="field">The field, for messages.</param>
    /// <param name="data">The configuration.</param>
    /// <exception cref="LogFormatException">The same; names the field alone, and no place in the text.</exception>
    internal static ClusterConfiguration DecodeWithin(string field, ReadOnlyMemory<byte> data)
    {
        var configuration = ReferenceJsonReader.DecodeWithin(field, data, Read);
        try
        {
            return configuration.Validate();
        }
        catch (ArgumentException e)
        {
            throw new LogFormatException($"at field \"{field}\": {e.Message}", e);
        }
    }

    /// <summary>The first field in which two configurations differ, with its two values as text; null if there is none.</summary>
    public static (string Field, string One, string Other)? Difference(ClusterConfiguration one, ClusterConfiguration other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (Array.Find(Fields, field => field.Get(one) != field.Get(other)) is { } field)
        {
            return (field.Name, field.Get(one).ToString(CultureInfo.InvariantCulture), field.Get(other).ToString(CultureInfo.InvariantCulture));
        }

        return one.InitialServiceDigest == other.InitialServiceDigest ? null : (InitialServiceDigest, $"{one.InitialServiceDigest}", $"{other.InitialServiceDigest}");
    }

    private static ClusterConfiguration Read(LogJsonReader json)
    {
        var configuration = new ClusterConfiguration();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        json.BeginObject();
        while (json.NextField is { } name)
        {
            if (!seen.Add(name)) throw json.Fault($"the field \"{name}\" stands there twice");
            configuration = ReadField(json, name, configuration);
        }

        json.EndObject();
        return configuration;
    }

    private static ClusterConfiguration ReadField(LogJsonReader json, string name, ClusterConfiguration configuration)
    {
        if (name == InitialServiceDigest) return configuration with { InitialServiceDigest = json.Digest(name) };
        var field = Array.Find(Fields, field => field.Name == name)
            ?? throw json.Fault($"the field \"{name}\" is unknown; known are {string.Join(", ", FieldNames)}");
        json.Field(name);
        return field.With(configuration, json.Number(field.Max));
    }

    private sealed record Field(
        string Name, Func<ClusterConfiguration, long> Get, Func<ClusterConfiguration, long, ClusterConfiguration> With, long Max = int.MaxValue);
}
