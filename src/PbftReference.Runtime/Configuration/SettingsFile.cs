using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace PbftReference.Runtime.Configuration;

/// <summary>Reads a file of settings: JSON, keys nested or with dots.</summary>
internal static class SettingsFile
{
    /// <summary>The settings in a file, with their lines, in its order.</summary>
    /// <exception cref="SettingException">It is not an object of settings.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IEnumerable<(string Name, string Text, int Line)> Read(string file)
    {
        if (new FileInfo(file) is { Exists: true, Length: 0 }) throw new SettingException($"{file} is empty: write a JSON object of settings into it, or restore it; see 'pbft config keys'");
        JObject json;
        try
        {
            using var reader = new JsonTextReader(new StreamReader(file)) { DateParseHandling = DateParseHandling.None, FloatParseHandling = FloatParseHandling.Decimal };
            json = JObject.Load(reader, new JsonLoadSettings { LineInfoHandling = LineInfoHandling.Load, DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error });
            while (reader.Read()) if (reader.TokenType != JsonToken.Comment) throw new JsonReaderException($"something follows the object, at line {reader.LineNumber}");
        }
        catch (JsonException e)
        {
            throw new SettingException($"{file} is not a JSON object of settings: {e.Message}", e);
        }

        return Flatten("", json, file);
    }

    private static IEnumerable<(string Name, string Text, int Line)> Flatten(string prefix, JObject json, string file)
    {
        foreach (var property in json.Properties())
        {
            var name = prefix + property.Name;
            var line = ((IJsonLineInfo)property).LineNumber;
            switch (property.Value)
            {
                case JObject inner:
                    foreach (var value in Flatten(name + ".", inner, file)) yield return value;
                    break;
                case JValue { Type: JTokenType.String or JTokenType.Integer or JTokenType.Boolean } value:
                    yield return (name, Convert.ToString(value.Value, System.Globalization.CultureInfo.InvariantCulture)!, line);
                    break;
                default:
                    throw new SettingException($"{file}:{line}: {name} takes a text, a whole number, true or false");
            }
        }
    }
}
