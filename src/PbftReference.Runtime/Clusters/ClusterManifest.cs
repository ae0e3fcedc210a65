using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Host;

namespace PbftReference.Runtime.Clusters;

/// <summary>
/// What stands in <c>run.json</c>, and in a trace's header, for the logs of a cluster of processes: the cluster, and nothing of a
/// simulation. So an exported trace of a live cluster can be imported, replayed and looked at elsewhere.
/// </summary>
public static class ClusterManifest
{
    private const string Schema = "pbft.cluster-log/1";

    /// <summary>The text for a cluster.</summary>
    public static string Encode(Genesis genesis) => new JObject
    {
        ["schema"] = Schema,
        ["cluster"] = genesis.Cluster,
        ["service"] = genesis.Service,
        ["nonce"] = genesis.Nonce.ToString(),
        ["configuration"] = JObject.Parse(Encoding.UTF8.GetString(ConfigurationCodec.Encode(genesis.Configuration))),
    }.ToString(Formatting.Indented) + "\n";

    /// <summary>Reads such a text; null if it is something else.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Where it stands, for messages.</param>
    /// <exception cref="LogFormatException">It says that it is one, and is damaged.</exception>
    public static Genesis? Decode(string text, string name)
    {
        try
        {
            var json = JObject.Parse(text);
            if ((string?)json["schema"] != Schema) return null;
            var configuration = ConfigurationCodec.Decode(Encoding.UTF8.GetBytes(json["configuration"]!.ToString(Formatting.None)));
            return new Genesis((string)json["cluster"]!, configuration, (string)json["service"]!, Digest.Parse((string)json["nonce"]!));
        }
        catch (JsonException)
        {
            // whoever reads it as a run says what is wrong with it
            return null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidCastException or NullReferenceException)
        {
            var why = e is InvalidCastException or NullReferenceException ? "one of its fields is missing, or holds something else than it should" : e.Message;
            throw new LogFormatException($"{name} is not a manifest of schema {Schema}: {why}", e);
        }
    }
}
