using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Trace;

/// <summary>The header as JSON, on one line. Fields may be in any order; none may be unknown.</summary>
internal static class TraceHeaderJson
{
    private static readonly string[] Fields =
        ["schema", "profile", "authentication", "implementation", "cluster", "service", "nonce", "configuration", "streams", "run"];

    internal static string Encode(TraceHeader header)
    {
        var json = new JObject
        {
            ["schema"] = TraceHeader.Schema,
            ["profile"] = TraceNames.Profiles.Of(header.Profile),
            ["authentication"] = TraceNames.Authentications.Of(header.Authentication),
            ["implementation"] = header.Implementation,
            ["cluster"] = header.Cluster,
            ["service"] = header.Service,
            ["nonce"] = header.Nonce.IsNone ? null : header.Nonce.ToString(),
            ["configuration"] = JObject.Parse(Encoding.UTF8.GetString(ConfigurationCodec.Encode(header.Configuration))),
            ["streams"] = new JArray(header.Streams.Select(Stream)),
        };
        if (header.Run is { } run) json["run"] = run;
        return json.ToString(Formatting.None);
    }

    internal static TraceHeader Decode(string document, string line)
    {
        try
        {
            return Read(Parse(line));
        }
        catch (Exception e) when (e is FormatException or LogFormatException or ArgumentException)
        {
            throw new LogFormatException($"{document}: not the header of a trace of schema {TraceHeader.Schema}: {e.Message.TrimEnd('.')}; name a file that 'pbft trace export' wrote, or one as docs/trace-format.md says", e);
        }
    }

    private static JObject Parse(string line)
    {
        if (JsonText.FaultOf(line) is { } fault) throw new FormatException($"not JSON: {fault}{(line.Trim() == "{" ? " (a header stands on one line)" : "")}");
        var json = Load(line);
        var unknown = json.Properties().FirstOrDefault(field => !Fields.Contains(field.Name));
        return unknown is null ? json : throw new FormatException($"the field \"{unknown.Name}\" is unknown; known are {string.Join(", ", Fields)}");
    }

    private static JObject Load(string line)
    {
        using var reader = new JsonTextReader(new StringReader(line)) { DateParseHandling = DateParseHandling.None };
        try
        {
            return JToken.Load(reader, new JsonLoadSettings { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error }) as JObject
                ?? throw new FormatException("it is no JSON object, such as {\"schema\":...}");
        }
        catch (JsonReaderException e)
        {
            // it is JSON, so this is all that can be wrong
            throw new FormatException($"the field \"{e.Path}\" stands there twice", e);
        }
    }

    private static TraceHeader Read(JObject json)
    {
        var schema = Text(json, "schema");
        if (schema != TraceHeader.Schema) throw new FormatException($"the schema is \"{schema}\"");
        return new TraceHeader(
            Name(json, "profile", TraceNames.Profiles),
            Name(json, "authentication", TraceNames.Authentications),
            Plain(json, "implementation"),
            ClusterName(json),
            Plain(json, "service"),
            Nonce(json),
            ConfigurationCodec.DecodeWithin("configuration", Encoding.UTF8.GetBytes(Field(json, "configuration").ToString(Formatting.None))),
            ReadStreams(json),
            json["run"] is null ? null : Text(json, "run"));
    }

    private static Digest Nonce(JObject json)
    {
        if (json["nonce"] is null or { Type: JTokenType.Null }) return Digest.None;
        try
        {
            return Digest.Parse(Text(json, "nonce"));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new FormatException("the field \"nonce\" is no digest: 64 hexadecimal digits in lower case, or null", e);
        }
    }

    private static ImmutableArray<TraceStream> ReadStreams(JObject json)
    {
        if (json["streams"] is null) return [];
        if (json["streams"] is not JArray streams) throw new FormatException("the field \"streams\" is no list");
        return [.. streams.Select(ReadStream)];
    }

    private static TraceStream ReadStream(JToken item)
    {
        if (item is not JObject json) throw new FormatException("an item of \"streams\" is no object");
        var (first, last) = (Number(json, "firstRevision"), Number(json, "lastRevision"));
        if (first < 0 || last < first - 1) throw new FormatException($"a stream can't have the revisions {first} to {last}");
        return new TraceStream(Text(json, "stream"), first, last);
    }

    private static JObject Stream(TraceStream stream) => new()
    {
        ["stream"] = stream.Stream,
        ["firstRevision"] = stream.FirstRevision.ToString(CultureInfo.InvariantCulture),
        ["lastRevision"] = stream.LastRevision.ToString(CultureInfo.InvariantCulture),
    };

    private static JToken Field(JObject json, string name) => json[name] ?? throw new FormatException($"the field \"{name}\" is missing");

    private static string Text(JObject json, string name) =>
        Field(json, name) is JValue { Value: string text } ? text : throw new FormatException($"the field \"{name}\" is no string");

    // Streams are named after it.
    private static string ClusterName(JObject json) => Plain(json, "cluster") is { Length: > 0 } name ? name : throw new FormatException("the field \"cluster\" is empty");

    // It is shown to people, on terminals that obey control characters.
    private static string Plain(JObject json, string name) =>
        Text(json, name) is var text && text.Any(char.IsControl) ? throw new FormatException($"the field \"{name}\" holds a control character") : text;

    private static long Number(JObject json, string name) => LogJsonReader.TryParseInt64(Text(json, name), out var value)
        ? value
        : throw new FormatException($"the field \"{name}\" is no 64-bit number in a string");

    private static T Name<T>(JObject json, string name, NameTable<T> names)
        where T : struct, Enum
    {
        var text = Text(json, name);
        return names.TryFind(text, out var value)
            ? value
            : throw new FormatException($"\"{text}\" is no {names.What}; there are {string.Join(", ", names.All)}");
    }
}
