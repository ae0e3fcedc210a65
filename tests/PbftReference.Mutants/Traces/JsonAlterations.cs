using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbftReference.EventLog.Codec;

namespace PbftReference.Mutants.Traces;

/// <summary>One way to alter a document.</summary>
/// <param name="Field">Which field and how; what is alike in the elements of a list has one name.</param>
/// <param name="Apply">The altered document.</param>
internal sealed record JsonAlteration(string Field, Func<byte[]> Apply);

/// <summary>
/// Every way to alter one thing in a JSON document, field by field, whatever they mean: a number one more or less, a digest with another
/// digit or none, another name, other text, an element of a list left out, twice or in another place, a field left out.
/// </summary>
internal static class JsonAlterations
{
    private static readonly string SomeDigest = new('7', 64);
    private static readonly JsonSerializerOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All alterations of a document.</summary>
    /// <param name="document">The document.</param>
    public static IEnumerable<JsonAlteration> Of(ReadOnlyMemory<byte> document) =>
        Below(JsonNode.Parse(document.Span)!, [], "").Select(site => new JsonAlteration(site.Field, () => Applied(document, site)));

    private static byte[] Applied(ReadOnlyMemory<byte> document, Site site)
    {
        var root = JsonNode.Parse(document.Span)!;
        var parent = root;
        foreach (var step in site.Path[..^1]) parent = step is string name ? parent[name]! : parent[(int)step]!;
        site.Change(parent, site.Path[^1]);
        return Encoding.UTF8.GetBytes(root.ToJsonString(AsIs));
    }

    private static IEnumerable<Site> Below(JsonNode node, object[] path, string name) => node switch
    {
        JsonObject o => o.ToList().SelectMany(field => OfField(field.Key, field.Value, [.. path, field.Key], NameIn(o, name, field.Key))),
        JsonArray a => Enumerable.Range(0, a.Count).SelectMany(i => OfElement(a, i, [.. path, i], name)),
        _ => [],
    };

    // Events are told apart by their names, not by their places.
    private static string NameIn(JsonObject holder, string name, string field)
    {
        var of = name == "events" && holder["event"] is { } kind ? $"{kind}" : name;
        return of.Length == 0 ? field : $"{of}.{field}";
    }

    private static IEnumerable<Site> OfField(string key, JsonNode? value, object[] path, string name)
    {
        yield return new Site($"{name} left out", path, (holder, at) => holder.AsObject().Remove((string)at));
        foreach (var site in OfValue(key, value, path, name)) yield return site;
    }

    private static IEnumerable<Site> OfElement(JsonArray list, int i, object[] path, string name)
    {
        var element = name == "events" ? $"events {list[i]!["event"]}" : name;
        yield return new Site($"{element} one less", path, (holder, at) => holder.AsArray().RemoveAt((int)at));
        yield return new Site($"{element} one twice", path, (holder, at) => holder.AsArray().Insert((int)at, holder[(int)at]?.DeepClone()));
        if (i + 1 < list.Count) yield return new Site($"{element} reordered", path, Reorder);
        foreach (var site in OfValue("", list[i], path, name == "events" ? name : $"{name}[]")) yield return site;
    }

    private static void Reorder(JsonNode holder, object at)
    {
        var list = holder.AsArray();
        var moved = list[(int)at];
        list.RemoveAt((int)at);
        list.Insert((int)at + 1, moved);
    }

    private static IEnumerable<Site> OfValue(string key, JsonNode? value, object[] path, string name)
    {
        return value switch
        {
            null => [Set("some", SomeDigest)],
            JsonObject or JsonArray => Below(value, path, name),
            JsonValue v when v.GetValueKind() == JsonValueKind.Number => [Set("+1", v.GetValue<int>() + 1), Set("-1", v.GetValue<int>() - 1)],
            JsonValue v when v.GetValueKind() == JsonValueKind.String => OfText(key, v.GetValue<string>()).Select(altered => Set(altered.How, altered.Value)),
            _ => [Set("not", !value.GetValue<bool>())],
        };

        Site Set(string how, JsonNode? other) => new($"{name} {how}", path, (holder, at) => SetAt(holder, at, other?.DeepClone()));
    }

    private static void SetAt(JsonNode holder, object at, JsonNode? value)
    {
        if (at is string name) holder[name] = value;
        else holder[(int)at] = value;
    }

    private static IEnumerable<(string How, JsonNode? Value)> OfText(string key, string text)
    {
        if (Next(key, text) is { } name) return [("other", name)];
        if (text.Length == 64 && text.All(char.IsAsciiHexDigitLower)) return [("other", (text[0] == '0' ? '1' : '0') + text[1..]), ("none", null)];
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return [("+1", Text(number + 1)), ("-1", Text(number - 1))];
        if (text.Split(':') is [var client, var timestamp] && long.TryParse(timestamp, out var t) && long.TryParse(client, out var c)) return [("other client", $"{c + 1}:{t}"), ("other timestamp", $"{c}:{t + 1}")];
        return [("other", (text.StartsWith('A') ? "B" : "A") + (text.Length > 1 ? text[1..] : ""))];
    }

    private static string? Next(string key, string text) => key switch
    {
        "event" => NextOf(Names.Events, text),
        "timer" => NextOf(Names.Timers, text),
        "refusal" => NextOf(Names.Refusals, text),
        "reason" => NextOf(Names.ViewChangeReasons, text),
        _ => null,
    };

    private static string NextOf<T>(NameTable<T> table, string text)
        where T : struct, Enum => table.All[(table.All.IndexOf(text) + 1) % table.All.Length];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Site(string Field, object[] Path, Action<JsonNode, object> Change);
}
