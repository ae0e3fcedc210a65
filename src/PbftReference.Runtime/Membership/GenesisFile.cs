using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Host.Services;

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
    /// <exception cref="LogFormatException">It is not one; says which field is wrong, and why.</exception>
    public static ClusterMembers Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"there is no genesis file {path}: make a cluster by 'pbft cluster up', or name its directory", path);
        return Decode(File.ReadAllText(path), path);
    }

    /// <summary>Reads the text of a genesis file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Where it stands, for messages.</param>
    /// <exception cref="LogFormatException">It is not one; says which field is wrong, and why.</exception>
    public static ClusterMembers Decode(string text, string name)
    {
        try
        {
            return Decode(Fields(JObject.Parse(text), "", "schema", "cluster", "service", "random", "signatures", "configuration", "replicas", "clients"));
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidCastException or OverflowException or CryptographicException or LogFormatException)
        {
            throw new LogFormatException($"{name} is not a genesis file of schema {Schema}: {e.Message}", e);
        }
    }

    private static ClusterMembers Decode(JObject json)
    {
        if ((string?)json["schema"] is var schema && schema != Schema) throw new FormatException($"the schema is '{schema}'");
        var configuration = ConfigurationCodec.Decode(Encoding.UTF8.GetBytes(json["configuration"]!.ToString(Formatting.None))).Validate();
        var members = new ClusterMembers(
            Cluster((string)json["cluster"]!), Service((string)json["service"]!), Digest.Parse((string)json["random"]!), configuration,
            [.. ((JArray)json["replicas"]!).Select(Replica)], [.. ((JArray)json["clients"]!).Select(Client)], (bool)json["signatures"]!);
        Check(members);
        return members;
    }

    private static ReplicaMember Replica(JToken json, int i)
    {
        var where = $"replicas[{i}]";
        var fields = Fields((JObject)json, where, "id", "address", "publicKey");
        return (int)fields["id"]! == i
            ? new ReplicaMember(new ReplicaId(i), Address((string)fields["address"]!, where), PublicKey((string)fields["publicKey"]!, where))
            : throw new FormatException($"{where}.id is {fields["id"]}: replicas stand in the order of their numbers, from 0");
    }

    private static ClientMember Client(JToken json, int i)
    {
        var where = $"clients[{i}]";
        var fields = Fields((JObject)json, where, "id", "publicKey");
        var id = long.Parse((string)fields["id"]!, NumberStyles.None, CultureInfo.InvariantCulture);
        if (id >= ConsenterClients.First) throw new FormatException($"{where}.id must be below {ConsenterClients.First}, not {id}: the numbers above are the replicas' own");
        return new ClientMember(new ClientId(id), PublicKey((string)fields["publicKey"]!, where));
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

    private static IPEndPoint Address(string text, string where)
    {
        if (!IPEndPoint.TryParse(text, out var address) || address.Port == 0) throw new FormatException($"{where}.address '{text}' is not of the form 127.0.0.1:7001");
        return IPAddress.IsLoopback(address.Address) ? address : throw new FormatException($"{where}.address {text} is not an address of the loopback: replicas listen there only");
    }

    private static ImmutableArray<byte> PublicKey(string text, string where)
    {
        var bytes = Convert.FromBase64String(text);
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(bytes, out var read);
        if (read != bytes.Length || key.KeySize != 256) throw new FormatException($"{where}.publicKey is not a P-256 key");
        return [.. bytes];
    }

    private static string Cluster(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        ? name
        : throw new FormatException($"cluster '{name}': a name has 1 to 64 letters, digits and hyphens");

    private static string Service(string name) =>
        ServiceFactory.Names.Contains(name) ? name : throw new FormatException($"service '{name}': there is no such service; there are {string.Join(", ", ServiceFactory.Names)}");

    private static JObject Fields(JObject json, string where, params string[] names)
    {
        var prefix = where.Length == 0 ? "" : where + ".";
        foreach (var property in json.Properties())
        {
            if (!names.Contains(property.Name)) throw new FormatException($"the field {prefix}{property.Name} is not known");
        }

        foreach (var name in names)
        {
            if (json[name] is null or { Type: JTokenType.Null }) throw new FormatException($"the field {prefix}{name} is missing");
        }

        return json;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(ImmutableArray<byte> bytes) => Convert.ToBase64String(bytes.AsSpan());
}
