using Newtonsoft.Json.Linq;

namespace PbftReference.Runtime.Membership;

/// <summary>The fields of one object of a JSON file: exactly those that are named, each of the kind that is asked for. Faults name the field.</summary>
internal sealed class StrictFields
{
    private readonly JObject _json;
    private readonly string _prefix;

    /// <param name="json">The object.</param>
    /// <param name="where">Where it stands in the file; empty for the file itself.</param>
    /// <param name="names">The fields that must be there, and no other may.</param>
    /// <exception cref="FormatException">It is no object, a field is not known, or one is missing.</exception>
    public StrictFields(JToken json, string where, params string[] names)
    {
        _json = json as JObject ?? throw new FormatException($"{(where.Length == 0 ? "the file" : where)} must be an object, not {json.Type}");
        _prefix = where.Length == 0 ? "" : where + ".";
        foreach (var property in _json.Properties())
        {
            if (!names.Contains(property.Name)) throw new FormatException($"the field {_prefix}{property.Name} is not known");
        }

        foreach (var name in names)
        {
            if (_json[name] is null or { Type: JTokenType.Null }) throw new FormatException($"the field {_prefix}{name} is missing");
        }
    }

    public string Text(string name) => (string)Token(name, JTokenType.String, "a text")!;

    public long Number(string name) => Read(name, () => (long)Token(name, JTokenType.Integer, "a whole number"));

    public bool Flag(string name) => (bool)Token(name, JTokenType.Boolean, "true or false");

    public JObject Object(string name) => (JObject)Token(name, JTokenType.Object, "an object");

    public JArray List(string name) => (JArray)Token(name, JTokenType.Array, "a list");

    /// <summary>The value that is made of a text.</summary>
    public T Text<T>(string name, Func<string, T> read) => Read(name, () => read(Text(name)));

    /// <summary>A fault of a field.</summary>
    public FormatException Fault(string name, string what) => new($"{_prefix}{name} {what}");

    private JToken Token(string name, JTokenType type, string kind) => _json[name] is { } token && token.Type == type ? token : throw Fault(name, $"must be {kind}");

    private T Read<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not FormatException || !e.Message.StartsWith(_prefix + name, StringComparison.Ordinal))
        {
            throw new FormatException($"{_prefix}{name}: {e.Message}", e);
        }
    }
}
