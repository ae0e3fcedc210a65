using Newtonsoft.Json.Linq;
using PbftReference.Consensus.Pbft.Signing;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Signing;
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

    /// <summary>Where it stands, as it may be shown.</summary>
    public required string Name { get; init; }

    /// <summary>The text that it was made of.</summary>
    public string Text { get; }

    /// <summary>That of a file that is named.</summary>
    /// <param name="file">A <c>genesis.json</c> or a <c>run.json</c>.</param>
    /// <exception cref="CommandException">There is no such file, or it may not be read.</exception>
    /// <exception cref="LogFormatException">It is neither.</exception>
    public static AuditGenesis OfNamed(string file)
    {
        if (Directory.Exists(file)) throw new CommandException(ExitCodes.Data, $"--genesis {file}: that is a directory; name the {GenesisFile.Name} of the cluster, or the run.json of a simulated run{In(file)}");
        if (!File.Exists(file)) throw new CommandException(ExitCodes.Data, $"--genesis {file}: there is no such file; check the path");
        try
        {
            var text = File.ReadAllText(file);
            return text.TrimStart().StartsWith('{') ? Of(text, file) : throw new CommandException(ExitCodes.Data, $"--genesis {file}: that is no genesis; name the {GenesisFile.Name} of the cluster, or the run.json of a simulated run");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Data, $"--genesis {file}: this user may not read it; audit as its owner, or have that one allow it (chmod +r {file})");
        }
    }

    private static string In(string directory)
    {
        var here = ((string[])[Path.Combine(directory, GenesisFile.Name), RunDirectory.ManifestPath(directory)]).FirstOrDefault(File.Exists);
        return here is null ? "" : $": {here}";
    }

    /// <summary>That of a text.</summary>
    /// <param name="text">A <c>pbft.genesis/1</c> or a <c>pbft.run/1</c>.</param>
    /// <param name="name">Where it stands, for messages.</param>
    /// <exception cref="LogFormatException">It is neither.</exception>
    public static AuditGenesis Of(string text, string name)
    {
        if (SchemaOf(text) != RunDirectory.Schema) return OfMembers(GenesisFile.Decode(text, name), text, name);
        var manifest = RunDirectory.ParseManifest(text, name);
        using var cluster = new Cluster(manifest.Options, new InMemoryEventStore(), new Workload(0, _ => []));
        if (cluster.Genesis.Digest != manifest.Genesis.Digest) throw new CommandException(ExitCodes.Data, $"{name} contradicts itself: its nonce is not the one of its seed, its cluster and its configuration, so that it was changed; restore it from a copy");
        return new AuditGenesis(cluster.Genesis, cluster.Keys, text, null) { Name = name };
    }

    private static AuditGenesis OfMembers(ClusterMembers members, string text, string name)
    {
        if (!members.Signatures) throw new CommandException(ExitCodes.Data, $"cluster {members.Cluster} signs nothing: its logs are no evidence of anything");
        var keys = PeerKeys.ForChecking(members);
        return new AuditGenesis(members.Genesis, new GroupVerifier(keys, members.Genesis.Digest), text, keys) { Name = name };
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
