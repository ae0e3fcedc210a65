using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Consensus.Pbft.Signing;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Signing;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Keys;
using PbftReference.Runtime.Membership;
using PbftReference.Simulation;

namespace PbftReference.Cli.Auditing;

/// <summary>
/// What signatures of a cluster are checked with: the members' public keys in <c>genesis.json</c>, or the manifest of a simulated run, whose seed
/// is the simulated keys.
/// </summary>
internal sealed class AuditGenesis : IDisposable
{
    private readonly PeerKeys? _keys;

    private AuditGenesis(Genesis genesis, ISignatureVerifier verifier, string text, PeerKeys? keys) => (Genesis, Verifier, Text, _keys) = (genesis, verifier, text, keys);

    /// <summary>The cluster.</summary>
    public Genesis Genesis { get; }

    /// <summary>Checks its signatures.</summary>
    public ISignatureVerifier Verifier { get; }

    /// <summary>The text that it was made of.</summary>
    public string Text { get; }

    /// <summary>That of a log, or of a file that is named.</summary>
    /// <param name="source">The log.</param>
    /// <param name="file">A genesis file; null for the log's own.</param>
    /// <exception cref="CommandException">The log has no keys, or the file is another cluster's.</exception>
    public static AuditGenesis Of(LogSource source, string? file)
    {
        var found = Find(source, file);
        if (found.Genesis.Digest == source.Genesis.Digest) return found;
        found.Dispose();
        throw new CommandException(ExitCodes.Data, $"{file} is the genesis of another cluster than {source.Shown}: the digests differ");
    }

    private static AuditGenesis Find(LogSource source, string? file)
    {
        if (file is not null) return Of(File.ReadAllText(file), file);
        if (source.Run is not null) return Of(source.RunText, source.Shown);
        var cluster = new ClusterDirectory(source.Directory);
        if (cluster.Exists) return Of(File.ReadAllText(cluster.GenesisPath), cluster.GenesisPath);
        throw new CommandException(ExitCodes.Usage, $"{source.Shown} has the logs of a cluster of processes and not its members' keys: name its genesis.json by --genesis");
    }

    /// <summary>That of a text.</summary>
    /// <param name="text">A <c>pbft.genesis/1</c> or a <c>pbft.run/1</c>.</param>
    /// <param name="name">Where it stands, for messages.</param>
    /// <exception cref="LogFormatException">It is neither.</exception>
    public static AuditGenesis Of(string text, string name)
    {
        if (SchemaOf(text) != RunDirectory.Schema) return OfMembers(GenesisFile.Decode(text, name), text);
        var manifest = RunDirectory.ParseManifest(text, name);
        using var cluster = new Cluster(manifest.Options, new InMemoryEventStore(), new Workload(0, _ => []));
        return new AuditGenesis(cluster.Genesis, cluster.Keys, text, null);
    }

    private static AuditGenesis OfMembers(ClusterMembers members, string text)
    {
        if (!members.Signatures) throw new CommandException(ExitCodes.Data, $"cluster {members.Cluster} signs nothing: its logs are no evidence of anything");
        var keys = PeerKeys.ForChecking(members);
        return new AuditGenesis(members.Genesis, new GroupVerifier(keys, members.Genesis.Digest), text, keys);
    }

    private static string? SchemaOf(string text)
    {
        try
        {
            return (string?)JObject.Parse(text)["schema"];
        }
        catch (Newtonsoft.Json.JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _keys?.Dispose();
}
