using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Replicas;
using PbftReference.Simulation.Faults;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Simulation;

/// <summary>What a run directory says of its run, beside the log.</summary>
/// <param name="Genesis">The cluster.</param>
/// <param name="Options">The simulation's options.</param>
/// <param name="Input">Full path of the file whose lines are the operations; null for made-up ones.</param>
/// <param name="Operations">How many operations there are.</param>
/// <param name="InputDigest">SHA-256 of that file; null for made-up operations.</param>
/// <param name="Picked">Which of those operations are asked for, ascending, from 0; default for all.</param>
public sealed record RunManifest(
    Genesis Genesis, SimulationOptions Options, string? Input, long Operations, Digest? InputDigest = null, ImmutableArray<long> Picked = default)
{
    /// <summary>How many operations are asked for.</summary>
    public long Asked => Picked.IsDefault ? Operations : Picked.Length;
}

/// <summary>A run on disk: <c>run.json</c>, and all streams in <c>log.db</c>.</summary>
public static class RunDirectory
{
    /// <summary>The schema of <c>run.json</c>.</summary>
    public const string Schema = "pbft.run/1";

    /// <summary>The manifest's path.</summary>
    public static string ManifestPath(string directory) => Path.Combine(directory, "run.json");

    /// <summary>The log's path.</summary>
    public static string LogPath(string directory) => Path.Combine(directory, "log.db");

    /// <summary>Writes the manifest of a new run.</summary>
    /// <exception cref="IOException">There is a run in the directory already, or it cannot be written.</exception>
    public static void Create(string directory, RunManifest manifest)
    {
        Directory.CreateDirectory(directory);
        if (File.Exists(ManifestPath(directory)))
        {
            throw new IOException($"{directory} holds a run already: choose another directory, or go on with it by --resume {ShellWord.Of(directory)}");
        }

        var draft = ManifestPath(directory) + ".new";
        File.WriteAllText(draft, TextOf(manifest));
        File.Move(draft, ManifestPath(directory));
    }

    /// <summary>Reads the manifest of a run.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="LogFormatException">It is not one.</exception>
    public static RunManifest ReadManifest(string directory)
    {
        var path = ManifestPath(directory);
        if (!File.Exists(path)) throw new FileNotFoundException($"{directory} holds no run: {WhyNot(directory, path)}; name a directory that 'pbft run' or 'pbft cluster' made{InACluster(directory)}", path);
        return ParseManifest(File.ReadAllText(path), path);
    }

    /// <summary>Reads the text of a manifest.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Where it stands, for messages.</param>
    /// <exception cref="LogFormatException">It is not one.</exception>
    public static RunManifest ParseManifest(string text, string name)
    {
        try
        {
            return Decode(text);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidCastException or OverflowException or NullReferenceException)
        {
            var why = e is JsonException or InvalidCastException or NullReferenceException
                ? (JsonText.FaultOf(text) is { } fault ? $"not JSON: {fault}" : "it is no JSON object, or one of its fields holds something else than it should")
                : e.Message.TrimEnd('.');
            throw new LogFormatException($"{name} is not a manifest of schema {Schema}: {why}", e);
        }
    }

    // One replica's directory is a part of a cluster's.
    private static string InACluster(string directory) =>
        File.Exists(Path.Combine(directory, "node.json")) && Path.GetDirectoryName(Path.GetFullPath(directory)) is { } parent
            ? $": it is a replica of the cluster in {Path.GetRelativePath(Directory.GetCurrentDirectory(), parent)}, which has the genesis; name that one, and the replica by --replica"
            : Directory.Exists(Path.Combine(directory, "replica-0")) ? ": it has replicas of a cluster and no genesis.json; restore that from a copy" : "";

    private static string WhyNot(string directory, string manifest) =>
        File.Exists(directory) ? "it is a file" : Directory.Exists(directory) ? $"{manifest} does not exist" : "it does not exist";

    /// <summary>Opens the log for readers.</summary>
    /// <exception cref="EventStoreException">There is none, or it cannot be opened.</exception>
    public static IEventStore OpenLog(string directory)
    {
        var path = LogPath(directory);
        // A directory in its place is the store's to refuse.
        if (Directory.Exists(path) || new FileInfo(path) is { Exists: true, Length: > 0 })
        {
            return Open(path);
        }

        throw new EventStoreException(
            EventStoreFailure.StoreMissing,
            $"{path} is missing or empty: restore it, or, if the run was stopped before its first commit, go on by 'pbft run --resume {ShellWord.Of(directory)}'");
    }

    // The manifest says that a log is there: what is no store is one that was damaged.
    private static SqliteEventStore Open(string path)
    {
        try
        {
            return new SqliteEventStore(path, new SqliteStoreOptions { Access = SqliteStoreAccess.Read });
        }
        catch (EventStoreException e) when (e.Failure == EventStoreFailure.NotAStore)
        {
            throw new EventStoreException(EventStoreFailure.Damaged, $"the log {path} is damaged: {e.Message}", e);
        }
    }

    /// <summary>Opens or creates the log for a run.</summary>
    /// <exception cref="EventStoreException">It cannot be opened.</exception>
    public static IEventStore CreateLog(string directory) => new SqliteEventStore(LogPath(directory), new SqliteStoreOptions());

    /// <summary>The operations of a run.</summary>
    /// <exception cref="IOException">The input file cannot be read, or is not what it was.</exception>
    public static Workload WorkloadOf(RunManifest manifest)
    {
        var all = AllOf(manifest);
        return manifest.Picked.IsDefault ? all : new Workload(manifest.Picked.Length, k => all.At(manifest.Picked[(int)k]));
    }

    private static Workload AllOf(RunManifest manifest)
    {
        if (manifest.Input is null) return FuzzWorkload.For(manifest.Options.Service, manifest.Operations);
        var lines = OperationLines.Read(manifest.Input);
        if (manifest.InputDigest is not { } digest || lines.Digest == digest) return new Workload(manifest.Operations, lines.At);
        throw new IOException($"the input {manifest.Input} has changed since the run began: its SHA-256 was {digest} and is {lines.Digest}; restore it");
    }

    /// <summary>A manifest as text, such as a trace carries in its header.</summary>
    public static string TextOf(RunManifest manifest)
    {
        var o = manifest.Options;
        var json = new JObject
        {
            ["schema"] = Schema,
            ["seed"] = o.Seed.ToString(CultureInfo.InvariantCulture),
            ["cluster"] = manifest.Genesis.Cluster,
            ["service"] = o.Service,
            ["nonce"] = manifest.Genesis.Nonce.ToString(),
            ["clients"] = o.Clients,
            ["lyingClients"] = o.LyingClients,
            ["outstanding"] = o.Outstanding,
            ["thinkTime"] = o.ThinkTime.ToString(CultureInfo.InvariantCulture),
            ["faults"] = o.Faults.ToString(),
            ["faulty"] = new JArray(o.Faulty.Select(f => $"{f.Replica}:{f.Behaviour}")),
            ["faultyBefore"] = new JArray(o.FaultyBefore.Select(id => id.Value)),
            ["partitions"] = new JArray(o.Partitions.Select(partition => partition.ToString())),
            ["healAfter"] = o.HealAfter.ToString(CultureInfo.InvariantCulture),
            ["snapshotAfter"] = o.Snapshots.AfterRecords,
            ["progressWithin"] = o.ProgressWithin.ToString(CultureInfo.InvariantCulture),
            ["choices"] = o.Choices == 0 ? null : o.Choices.ToString(CultureInfo.InvariantCulture),
            ["input"] = manifest.Input,
            ["inputSha256"] = manifest.InputDigest?.ToString(),
            ["operations"] = manifest.Operations.ToString(CultureInfo.InvariantCulture),
            ["configuration"] = JObject.Parse(Encoding.UTF8.GetString(ConfigurationCodec.Encode(manifest.Genesis.Configuration))),
        };
        // what came later stands only where it says something: a run without it has the manifest that it always had
        if (o.Choices == 0) json.Remove("choices");
        if (o.FaultyBefore.Count == 0) json.Remove("faultyBefore");
        if (o.Partitions.Count == 0) json.Remove("partitions");
        if (!manifest.Picked.IsDefault) json["picked"] = new JArray(manifest.Picked);
        if (o.Faults == FaultProfile.Plan) json["faultPlan"] = FaultJson.Of(o.Plan);
        return json.ToString(Formatting.Indented) + "\n";
    }

    private static RunManifest Decode(string text)
    {
        var json = JObject.Parse(text);
        var schema = (string?)json["schema"];
        if (schema != Schema) throw new FormatException($"the schema is '{schema}'");
        var configuration = ConfigurationCodec.Decode(Encoding.UTF8.GetBytes(Field(json, "configuration").ToString(Formatting.None)));
        var options = new SimulationOptions
        {
            Cluster = (string)Field(json, "cluster")!,
            Seed = ulong.Parse((string)Field(json, "seed")!, CultureInfo.InvariantCulture),
            Choices = json["choices"] is JValue { Type: JTokenType.String } choices ? ulong.Parse((string)choices!, CultureInfo.InvariantCulture) : 0,
            Service = (string)Field(json, "service")!,
            Clients = (int)Field(json, "clients")!,
            LyingClients = (int?)json["lyingClients"] ?? 0,
            Outstanding = (int)Field(json, "outstanding")!,
            ThinkTime = Number(json, "thinkTime"),
            Faults = Enum.Parse<FaultProfile>((string)Field(json, "faults")!),
            Plan = PlanOf(json, configuration.Replicas),
            Faulty = [.. Field(json, "faulty").Select(f => ParseFaulty((string)f!))],
            FaultyBefore = [.. (json["faultyBefore"] ?? new JArray()).Select(id => new ReplicaId((int)id))],
            Partitions = [.. (json["partitions"] ?? new JArray()).Select(p => ScriptedPartition.Parse((string)p!))],
            HealAfter = Number(json, "healAfter"),
            ProgressWithin = Number(json, "progressWithin"),
            Snapshots = json["snapshotAfter"] is { } after ? new SnapshotPolicy((int)after) : new SnapshotPolicy(),
            Configuration = configuration,
        };
        var genesis = new Genesis((string)Field(json, "cluster")!, configuration, options.Service, Digest.Parse((string)Field(json, "nonce")!));
        return new RunManifest(genesis, options, (string?)json["input"], Number(json, "operations"), InputDigestOf(json), PickedOf(json));
    }

    private static ImmutableArray<Fault> PlanOf(JObject json, int replicas)
    {
        var planned = (string?)json["faults"] == nameof(FaultProfile.Plan);
        if (planned != (json["faultPlan"] is not null)) throw new FormatException($"a faultPlan goes with \"faults\": \"{nameof(FaultProfile.Plan)}\", and with nothing else");
        return planned ? FaultJson.Read(json["faultPlan"]!, replicas) : [];
    }

    private static ImmutableArray<long> PickedOf(JObject json)
    {
        if (json["picked"] is not { } picked) return default;
        var (all, indices) = (Number(json, "operations"), picked.Select(index => (long)index).ToImmutableArray());
        var ascend = indices.Zip(indices.Skip(1)).All(pair => pair.First < pair.Second);
        return ascend && indices is not [] && indices[0] >= 0 && indices[^1] < all ? indices : throw new FormatException($"picked names operations in ascending order, 0 to {all - 1}");
    }

    private static Digest? InputDigestOf(JObject json) => (string?)json["inputSha256"] is { } text ? Digest.Parse(text) : null;

    private static JToken Field(JObject json, string field) =>
        json[field] is { Type: not JTokenType.Null } token ? token : throw new FormatException($"the field {field} is missing");

    private static long Number(JObject json, string field) => long.Parse((string)Field(json, field)!, CultureInfo.InvariantCulture);

    /// <summary>Reads <c>replica:behaviour</c>.</summary>
    /// <exception cref="FormatException">It is not of this form.</exception>
    public static FaultyReplica ParseFaulty(string text)
    {
        var parts = text.Split(':', 2);
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var replica))
        {
            throw new FormatException($"'{text}' is not of the form REPLICA:BEHAVIOUR, as in 0:equivocate");
        }

        return new FaultyReplica(new ReplicaId(replica), parts[1]);
    }
}
