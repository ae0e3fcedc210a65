using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Consensus.Ledger;

/// <summary>A block as JSON; numbers of 64 bits are strings, bytes are base64.</summary>
internal static class BlockCodec
{
    public static byte[] Encode(Block block)
    {
        var text = new StringWriter(new StringBuilder(256), CultureInfo.InvariantCulture);
        using (var json = new JsonTextWriter(text) { Formatting = Formatting.None })
        {
            json.WriteStartObject();
            Write(json, "n", Number(block.Metadata.SequenceNumber.Value));
            Write(json, "previous", block.PreviousHash.ToString());
            json.WritePropertyName("requests");
            json.WriteStartArray();
            foreach (var request in block.Requests) WriteRequest(json, request);
            json.WriteEndArray();
            json.WritePropertyName("results");
            json.WriteStartArray();
            foreach (var result in block.Results) json.WriteValue(Convert.ToBase64String(result.AsSpan()));
            json.WriteEndArray();
            Write(json, "state", block.StateDigest.ToString());
            Write(json, "hash", block.Hash.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <exception cref="FormatException">It is not a block, or not the one that its hash is of.</exception>
    public static Block Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var json = JObject.Parse(Encoding.UTF8.GetString(bytes));
            var block = new Block(
                new ConsensusMetadata(new SequenceNumber(Number(json["n"]!))),
                Digest.Parse((string)json["previous"]!),
                [.. json["requests"]!.Select(ReadRequest)],
                [.. json["results"]!.Select(result => ImmutableArray.Create(Convert.FromBase64String((string)result!)))],
                Digest.Parse((string)json["state"]!));
            return block.Hash == Digest.Parse((string)json["hash"]!) ? block : throw new FormatException("its hash is another one's");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidCastException or OverflowException or NullReferenceException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static void WriteRequest(JsonTextWriter json, Request request)
    {
        json.WriteStartObject();
        Write(json, "client", Number(request.Client.Value));
        Write(json, "timestamp", Number(request.Timestamp.Value));
        Write(json, "operation", Convert.ToBase64String(request.Operation.AsSpan()));
        json.WriteEndObject();
    }

    private static Request ReadRequest(JToken json) => new(
        new ClientId(Number(json["client"]!)), new Timestamp(Number(json["timestamp"]!)), ImmutableArray.Create(Convert.FromBase64String((string)json["operation"]!)));

    private static void Write(JsonTextWriter json, string name, string value)
    {
        json.WritePropertyName(name);
        json.WriteValue(value);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Number(JToken json) => long.Parse((string)json!, NumberStyles.None, CultureInfo.InvariantCulture);
}
