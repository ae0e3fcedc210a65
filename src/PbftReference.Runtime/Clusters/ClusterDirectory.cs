using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Configuration;
using PbftReference.Runtime.Keys;
using PbftReference.Runtime.Membership;

namespace PbftReference.Runtime.Clusters;

/// <summary>
/// A cluster on disk: <c>genesis.json</c>; for each replica <c>replica-I/</c> with configuration, key, certificate, log, ledger; for each
/// client <c>clients/client-I/</c> with key, certificate, journal.
/// </summary>
public sealed class ClusterDirectory
{
    /// <summary>The name of a node's configuration file.</summary>
    public const string NodeFile = "node.json";

    // Below the ports that the system gives to calls, so that no call takes the port of a replica that is down for a while.
    private const int LowestPort = 17_000;
    private const int HighestPort = 32_000;

    /// <summary>A cluster's directory; it need not be there yet.</summary>
    public ClusterDirectory(string path) => Path = path;

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>The genesis file's path.</summary>
    public string GenesisPath => System.IO.Path.Combine(Path, GenesisFile.Name);

    /// <summary>Whether a cluster is there.</summary>
    public bool Exists => File.Exists(GenesisPath);

    /// <summary>Whether there is what only a cluster that was there leaves: the log of a replica.</summary>
    public bool HasRemains => Directory.Exists(Path) && Directory.EnumerateDirectories(Path, "replica-*").Any(replica => File.Exists(System.IO.Path.Combine(replica, "log.db")) || File.Exists(System.IO.Path.Combine(replica, "ledger.db")));

    /// <summary>Reads the genesis.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">It cannot be read.</exception>
    public ClusterMembers Members() => GenesisFile.Read(GenesisPath);

    /// <summary>A replica's directory.</summary>
    public string OfReplica(ReplicaId replica) => System.IO.Path.Combine(Path, $"replica-{replica}");

    /// <summary>A client's directory.</summary>
    public string OfClient(ClientId client) => System.IO.Path.Combine(Path, "clients", $"client-{client}");

    /// <summary>A node's configuration file.</summary>
    public string NodePath(ReplicaId replica) => System.IO.Path.Combine(OfReplica(replica), NodeFile);

    /// <summary>Makes keys, genesis and configurations. The genesis is written last: with it the cluster is there.</summary>
    /// <param name="settings">What the replicas agree on, and what all nodes are told.</param>
    /// <param name="name">The cluster's name.</param>
    /// <param name="clients">How many clients.</param>
    /// <exception cref="IOException">There is a cluster already, or it cannot be written.</exception>
    /// <exception cref="SettingException">The settings do not go together.</exception>
    /// <exception cref="FormatException">The name cannot be one.</exception>
    public ClusterMembers Create(Settings settings, string name, int clients)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (File.Exists(Path)) throw new IOException($"{Path} is a file: name a directory for the cluster");
        if (Exists) throw new IOException($"there is a cluster in {Path} already: take another directory, or start that one by 'pbft cluster up'");
        GenesisFile.Cluster(name);
        if (HasRemains) throw new IOException($"{GenesisPath} is missing, and {Path} has logs of its replicas: restore it from a copy, and remove nothing; or take another directory");
        using var alone = Alone();
        if (Directory.Exists(OfReplica(new ReplicaId(0)))) throw new IOException($"in {Path} is the beginning of a cluster that was not finished, without a genesis: remove it, or take another directory");
        var configuration = settings.ToClusterConfiguration();
        var ports = FreePorts(2 * configuration.Replicas);
        var replicas = ImmutableArray.CreateBuilder<ReplicaMember>();
        for (var i = 0; i < configuration.Replicas; i++)
        {
            var id = new ReplicaId(i);
            replicas.Add(new ReplicaMember(id, new IPEndPoint(IPAddress.Loopback, ports[2 * i]), [.. KeyFiles.Create(OfReplica(id), PeerId.Of(id))]));
            WriteForOwner(NodePath(id), NodeJson(settings, id, ports[(2 * i) + 1]));
        }

        var members = new ClusterMembers(
            name, settings["general.service"].Text, new Digest(RandomNumberGenerator.GetBytes(Digest.Size)), configuration, replicas.ToImmutable(),
            [.. Enumerable.Range(0, clients).Select(i => new ClientId(i)).Select(id => new ClientMember(id, [.. KeyFiles.Create(OfClient(id), PeerId.Of(id))]))],
            settings["security.enabled"].Number == 1);
        File.WriteAllText(GenesisPath + ".new", GenesisFile.Encode(members));
        GenesisFile.Read(GenesisPath + ".new");
        File.Move(GenesisPath + ".new", GenesisPath);
        return members;
    }

    // Two that make the same cluster at once would each make half of it.
    private FileStream Alone()
    {
        var file = System.IO.Path.Combine(Path, "cluster.lock");
        try
        {
            Directory.CreateDirectory(Path);
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (File.Exists(file))
        {
            throw new IOException($"a cluster cannot be made in {Path}: {e.Message.TrimEnd('.')}. If another 'pbft cluster up' or 'pbft keygen' makes it right now, wait for that one", e);
        }
    }

    // It may hold the password of a database.
    private static void WriteForOwner(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(path, options);
        file.Write(text);
    }

    private static string NodeJson(Settings settings, ReplicaId id, int httpPort)
    {
        var json = new JObject { ["node.id"] = id.Value, ["node.http"] = $"127.0.0.1:{httpPort}" };
        foreach (var setting in settings.All.Where(s => !s.IsDefault && s.Key.Scope == SettingScope.Node && s.Key.Name is not ("node.id" or "node.http")))
        {
            json[setting.Key.Name] = setting.Text;
        }

        return json.ToString(Formatting.Indented) + "\n";
    }

    private static ImmutableArray<int> FreePorts(int count)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(address => address.Port).ToHashSet();
        var ports = ImmutableArray.CreateBuilder<int>(count);
        var port = RandomNumberGenerator.GetInt32(LowestPort, HighestPort);
        for (var tried = 0; ports.Count < count; tried++, port = port == HighestPort ? LowestPort : port + 1)
        {
            if (tried > HighestPort - LowestPort) throw new IOException(string.Create(CultureInfo.InvariantCulture, $"there are no {count} free ports from {LowestPort} to {HighestPort}"));
            if (!taken.Contains(port)) ports.Add(port);
        }

        return ports.ToImmutable();
    }
}
