using System.Globalization;
using Newtonsoft.Json;

namespace PbftReference.EventLog.Codec;

/// <summary>What keeps a text from being JSON, in this project's words.</summary>
public static class JsonText
{
    /// <summary>How deep a value may be nested.</summary>
    public const int MaxDepth = 64;

    /// <summary>What is wrong where a text ends too early.</summary>
    internal const string Cut = "it ends in the middle";

    /// <summary>What is wrong with a text that should be one JSON value, and where: <c>at field "a.b", character 12: ...</c>; null if it is one.</summary>
    public static string? FaultOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var json = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None, MaxDepth = MaxDepth };
        try
        {
            var any = false;
            while (json.Read()) any |= json.TokenType != JsonToken.Comment;
            if (!any) return "nothing is there";
            return !IsOpen(json) ? null : Where(json.Path, json.LineNumber, json.LinePosition) + ": " + Cut;
        }
        catch (JsonReaderException e)
        {
            return FaultOf(e, json.Depth, text);
        }
    }

    /// <summary>Whether something that was begun is not ended.</summary>
    internal static bool IsOpen(JsonTextReader json) => json.Depth > 0 || json.TokenType is JsonToken.StartObject or JsonToken.StartArray;

    /// <summary>The same of a fault that the JSON library found.</summary>
    internal static string FaultOf(JsonReaderException e, int depth, string text)
    {
        var what = depth >= MaxDepth ? string.Create(CultureInfo.InvariantCulture, $"values are nested deeper than {MaxDepth}") : IsAtEnd(e, text) ? Cut : "from there on it is none";
        return Where(e.Path, e.LineNumber, e.LinePosition) + ": " + what;
    }

    /// <summary>Where something is. A text of one line needs no line.</summary>
    internal static string Where(string? path, int line, int character)
    {
        var field = string.IsNullOrEmpty(path) ? "the document" : $"field \"{path}\"";
        return string.Create(CultureInfo.InvariantCulture, $"at {field}, {(line > 1 ? $"line {line}, " : "")}character {character}");
    }

    private static bool IsAtEnd(JsonReaderException e, string text)
    {
        var lines = text.TrimEnd().Split('\n');
        return e.LineNumber > lines.Length || (e.LineNumber == lines.Length && e.LinePosition >= lines[^1].Length);
    }
}
