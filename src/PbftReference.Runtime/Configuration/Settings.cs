using System.Collections.Immutable;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace PbftReference.Runtime.Configuration;

/// <summary>A setting's value, and where it came from.</summary>
/// <param name="Key">The setting.</param>
/// <param name="Text">The value as it is written; a path is whole.</param>
/// <param name="Number">The value of a number, a duration in milliseconds, a size in bytes.</param>
/// <param name="Source">default, FILE:LINE, a variable's name, or --set.</param>
public sealed record Setting(SettingKey Key, string Text, long Number, string Source)
{
    /// <summary>Whether nobody gave a value.</summary>
    public bool IsDefault => Source == Settings.DefaultSource;
}

/// <summary>
/// The effective settings. The first that gives a value counts: <c>--set</c>, the environment, the file, the default.
/// </summary>
public sealed class Settings
{
    /// <summary>The source of a value that nobody gave.</summary>
    public const string DefaultSource = "default";

    private readonly ImmutableSortedDictionary<string, Setting> _values;

    private Settings(ImmutableSortedDictionary<string, Setting> values, ImmutableArray<string> notes) => (_values, Notes) = (values, notes);

    /// <summary>What the user should know: variables that mean nothing, settings without effect.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>All, as they are listed.</summary>
    public IEnumerable<Setting> All => SettingKeys.All.Select(key => _values[key.Name]);

    /// <summary>One setting.</summary>
    /// <param name="name">Its name; it must be there.</param>
    public Setting this[string name] => _values[name];

    /// <summary>Finds out the effective settings.</summary>
    /// <param name="file">The file; null for none.</param>
    /// <param name="environment">Environment variables.</param>
    /// <param name="given">KEY=VALUE, as given on the command line.</param>
    /// <exception cref="SettingException">A value or a key is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Settings Resolve(string? file, IEnumerable<KeyValuePair<string, string>> environment, IEnumerable<string> given)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(given);
        var values = SettingKeys.All.ToImmutableSortedDictionary(
            key => key.Name,
            key => new Setting(key, key.Default, key.Default.Length == 0 || key.Kind == SettingKind.Path ? 0 : SettingSyntax.Check(key, key.Default), DefaultSource),
            StringComparer.Ordinal).ToBuilder();
        var directory = file is null ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (file is not null) foreach (var (name, text, line) in FileValues(file)) Set(values, name, text, $"{file}:{line}", directory);
        var notes = FromEnvironment(values, environment);
        foreach (var pair in given) SetGiven(values, pair);
        foreach (var key in SettingKeys.All.Where(key => key.Kind == SettingKind.Path))
        {
            if (values[key.Name] is { IsDefault: true } setting) values[key.Name] = setting with { Text = Path.GetFullPath(setting.Text, directory) };
        }

        return new Settings(values.ToImmutable(), [.. notes, .. WithoutEffect(values.Values)]);
    }

    private static void SetGiven(ImmutableSortedDictionary<string, Setting>.Builder values, string pair)
    {
        var at = pair.IndexOf('=', StringComparison.Ordinal);
        if (at < 1) throw new SettingException($"--set {pair}: write it as KEY=VALUE, as in --set general.K=20");
        Set(values, pair[..at], pair[(at + 1)..], "--set", Directory.GetCurrentDirectory());
    }

    private static List<string> FromEnvironment(ImmutableSortedDictionary<string, Setting>.Builder values, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var notes = new List<string>();
        foreach (var (name, text) in environment.Where(pair => pair.Key.StartsWith("PBFT_", StringComparison.OrdinalIgnoreCase)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (SettingKeys.All.FirstOrDefault(key => key.Variable.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } key) Set(values, key.Name, text, name, Directory.GetCurrentDirectory());
            else notes.Add($"the environment variable {name} is not a setting's: it has no effect");
        }

        return notes;
    }

    private static IEnumerable<string> WithoutEffect(IEnumerable<Setting> values)
    {
        foreach (var setting in values.Where(s => !s.IsDefault && s.Key.Name == "general.timeout.broadcast"))
        {
            yield return $"{setting.Key.Name} (from {setting.Source}) has no effect: nobody waits for a broadcast here";
        }
    }

    private static void Set(ImmutableSortedDictionary<string, Setting>.Builder values, string name, string text, string source, string directory)
    {
        if (SettingKeys.Find(name) is not { } key) throw new SettingException($"{source}: there is no setting '{name}'{Nearest(name)}; 'pbft config keys' lists them");
        try
        {
            var number = SettingSyntax.Check(key, text);
            if (key.Name == "general.byzantine" && number == 1) throw new FormatException("a live replica does not misbehave on purpose: try it out by 'pbft run --faulty 0:equivocate'");
            var value = key.Kind switch
            {
                SettingKind.Path => Path.GetFullPath(text, directory),
                SettingKind.Choice => key.Choices.First(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)),
                _ => text,
            };
            values[key.Name] = new Setting(key, value, number, source);
        }
        catch (FormatException e)
        {
            throw new SettingException($"{source}: {key.Name} = '{text}': {e.Message}", e);
        }
    }

    private static string Nearest(string name)
    {
        var nearest = SettingKeys.All.Select(key => (key.Name, Distance: Distance(name.ToUpperInvariant(), key.Name.ToUpperInvariant()))).MinBy(pair => pair.Distance);
        return nearest.Distance <= 3 ? $"; did you mean '{nearest.Name}'?" : "";
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }

    private static IEnumerable<(string Name, string Text, int Line)> FileValues(string file)
    {
        JObject json;
        try
        {
            using var reader = new JsonTextReader(new StreamReader(file)) { DateParseHandling = DateParseHandling.None, FloatParseHandling = FloatParseHandling.Decimal };
            json = JObject.Load(reader, new JsonLoadSettings { LineInfoHandling = LineInfoHandling.Load, DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error });
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
