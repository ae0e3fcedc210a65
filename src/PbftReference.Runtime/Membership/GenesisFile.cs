using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Host.Services;
using PbftReference.Runtime.Keys;

namespace PbftReference.Runtime.Membership;

/// <summary>Reads and writes <c>genesis.json</c>.</summary>
public static class GenesisFile
{
    /// <summary>The file's name in a cluster's directory.</summary>
    public const string Name = "genesis.json";

    /// <summary>The file's schema.</summary>
    public const string Schema = "pbft.genesis/1";

    /// <summary>The text of a genesis file.</summary>
    public static string Encode(ClusterMembers members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var json = new JObject
        {
            ["schema"] = Schema,
            ["cluster"] = members.Cluster,
            ["service"] = members.Service,
            ["random"] = members.Random.ToString(),
            ["signatures"] = members.Signatures,
            ["configuration"] = JObject.Parse(Encoding.UTF8.GetString(ConfigurationCodec.Encode(members.Configuration))),
            ["replicas"] = new JArray(members.Replicas.Select(r => new JObject { ["id"] = r.Id.Value, ["address"] = r.Address.ToString(), ["publicKey"] = Text(r.PublicKey) })),
            ["clients"] = new JArray(members.Clients.Select(c => new JObject { ["id"] = Number(c.Id.Value), ["publicKey"] = Text(c.PublicKey) })),
        };
        return json.ToString(Formatting.Indented) + "\n";
    }

    /// <summary>Reads a genesis file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="GenesisFileException">It is not one; says which field is wrong, and why.</exception>
    public static ClusterMembers Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"there is no genesis file {path}: make a cluster by 'pbft cluster up', or name its directory", path);
        return Decode(File.ReadAllText(path), path);
    }

    /// <summary>Reads the text of a genesis file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Where it stands, for messages.</param>
    /// <exception cref="GenesisFileException">It is not one; says which field is wrong, and why.</exception>
    public static ClusterMembers Decode(string text, string name)
    {
        try
        {
            return Decode(new StrictFields(Parse(text), "", "schema", "cluster", "service", "random", "signatures", "configuration", "replicas", "clients"));
        }
        catch (Exception e) when (e is JsonException or FormatException or LogFormatException)
        {
            throw new GenesisFileException($"{name} is not a genesis file of schema {Schema}: {e.Message.TrimEnd('.')}. Restore it from a copy.", e);
        }
    }

    private static JObject Parse(string text)
    {
        using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None, MaxDepth = 8 };
        var json = JObject.Load(reader, new JsonLoadSettings { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error });
        return reader.Read() ? throw new FormatException("something follows its end") : json;
    }

    private static ClusterMembers Decode(StrictFields fields)
    {
        if (fields.Text("schema") is var schema && schema != Schema) throw new FormatException($"the schema is '{schema}'");
        var members = new ClusterMembers(
            fields.Text("cluster", Cluster), fields.Text("service", Service), fields.Text("random", Digest.Parse), Configuration(fields.Object("configuration")),
            [.. fields.List("replicas").Select(Replica)], [.. fields.List("clients").Select(Client)], fields.Flag("signatures"));
        Check(members);
        return members;
    }

    private static ClusterConfiguration Configuration(JObject json) => ConfigurationCodec.Decode(Encoding.UTF8.GetBytes(json.ToString(Formatting.None)));

    private static ReplicaMember Replica(JToken json, int i)
    {
        var fields = new StrictFields(json, $"replicas[{i}]", "id", "address", "publicKey");
        return fields.Number("id") is var id && id == i
            ? new ReplicaMember(new ReplicaId(i), fields.Text("address", Address), fields.Text("publicKey", PublicKey))
            : throw fields.Fault("id", $"is {id}: replicas stand in the order of their numbers, from 0");
    }

    private static ClientMember Client(JToken json, int i)
    {
        var fields = new StrictFields(json, $"clients[{i}]", "id", "publicKey");
        var id = fields.Text("id", text => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));
        if (id >= ConsenterClients.First) throw fields.Fault("id", $"must be below {ConsenterClients.First}, not {id}: the numbers above are the replicas' own");
        return new ClientMember(new ClientId(id), fields.Text("publicKey", PublicKey));
    }

    private static void Check(ClusterMembers members)
    {
        var n = members.Configuration.Replicas;
        if (members.Replicas.Length != n) throw new FormatException($"there are {members.Replicas.Length} replicas, and the configuration says {n}");
        if (members.Configuration.InitialServiceDigest != ServiceFactory.Create(members.Service).Digest) throw new FormatException($"configuration.initialServiceDigest is not that of an empty {members.Service}");
        if (FirstTwice(members.Clients.Select(c => c.Id)) is { } client) throw new FormatException($"client {client} stands in it twice");
        if (FirstTwice(members.Replicas.Select(r => r.Address.ToString())) is { } address) throw new FormatException($"two replicas have the address {address}");
        if (FirstTwice(members.PublicKeys.Select(pair => Text(pair.Value))) is { } key) throw new FormatException($"two members have the key {key[..24]}...");
    }

    private static object? FirstTwice<T>(IEnumerable<T> items)
        where T : notnull => items.GroupBy(item => item).Where(group => group.Count() > 1).Select(group => (object?)group.Key).FirstOrDefault();

    private static string? FirstTwice(IEnumerable<string> items) => FirstTwice<string>(items) as string;

    private static IPEndPoint Address(string text)
    {
        if (!IPEndPoint.TryParse(text, out var address) || address.Port == 0) throw new FormatException($"'{text}' is not of the form 127.0.0.1:7001");
        return IPAddress.IsLoopback(address.Address) ? address : throw new FormatException($"{text} is not an address of the loopback: replicas listen there only");
    }

    private static ImmutableArray<byte> PublicKey(string text)
    {
        var bytes = Convert.FromBase64String(text);
        return PeerKeys.IsPublicKey(bytes) ? [.. bytes] : throw new FormatException("it is not the SubjectPublicKeyInfo of a P-256 key");
    }

    /// <summary>A cluster's name, if it can be one.</summary>
    /// <exception cref="FormatException">It cannot.</exception>
    public static string Cluster(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        ? name
        : throw new FormatException($"'{name}': a name has 1 to 64 letters, digits and hyphens");

    private static string Service(string name) =>
        ServiceFactory.Names.Contains(name) ? name : throw new FormatException($"'{name}': there is no such service; there are {string.Join(", ", ServiceFactory.Names)}");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(ImmutableArray<byte> bytes) => Convert.ToBase64String(bytes.AsSpan());
}
