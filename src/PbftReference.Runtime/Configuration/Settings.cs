using System.Collections.Immutable;
using PbftReference.EventLog.Stores;

namespace PbftReference.Runtime.Configuration;

/// <summary>A setting's value, and where it came from.</summary>
/// <param name="Key">The setting.</param>
/// <param name="Text">The value as it is written; a path is whole.</param>
/// <param name="Number">The value of a number, a duration in milliseconds, a size in bytes.</param>
/// <param name="Source">default, default by KEY, FILE:LINE, a variable's name, --set, or genesis.</param>
/// <param name="IsDefault">Whether nobody gave a value.</param>
public sealed record Setting(SettingKey Key, string Text, long Number, string Source, bool IsDefault = false);

/// <summary>
/// The effective settings. The first that gives a value counts: <c>--set</c>, the environment, the file, the default.
/// </summary>
public sealed class Settings
{
    /// <summary>The source of a value that nobody gave.</summary>
    public const string DefaultSource = "default";

    /// <summary>The source of a value of the command line.</summary>
    public const string CommandLineSource = "--set";

    /// <summary>The source of a value that the replicas of a cluster agreed on.</summary>
    public const string GenesisSource = "genesis";

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
            key => new Setting(key, key.Default, key.Default.Length == 0 || key.Kind is SettingKind.Path or SettingKind.Store ? 0 : SettingSyntax.Check(key, key.Default), DefaultSource, IsDefault: true),
            StringComparer.Ordinal).ToBuilder();
        var directory = file is null ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (file is not null) FromFile(values, file, directory);
        var notes = FromEnvironment(values, environment);
        foreach (var pair in given) SetGiven(values, pair);
        foreach (var key in SettingKeys.All.Where(key => key.Kind is SettingKind.Path or SettingKind.Store))
        {
            if (values[key.Name] is { IsDefault: true } setting) values[key.Name] = setting with { Text = Path.GetFullPath(setting.Text, directory) };
        }

        Follow(values);
        return new Settings(values.ToImmutable(), [.. notes, .. WithoutEffect(values.Values)]);
    }

    /// <summary>The same settings, but what the replicas of a cluster agreed on as they agreed on it.</summary>
    /// <param name="agreed">By name, as they are written.</param>
    internal Settings With(IReadOnlyDictionary<string, string> agreed) => new(
        _values.SetItems(agreed.Select(pair => KeyValuePair.Create(
            pair.Key, new Setting(_values[pair.Key].Key, pair.Value, SettingSyntax.Check(_values[pair.Key].Key, pair.Value), GenesisSource)))),
        Notes);

    /// <summary>What nobody gave, and follows from another setting that somebody gave.</summary>
    private static void Follow(ImmutableSortedDictionary<string, Setting>.Builder values)
    {
        Derive("general.f", "general.N", n => (n - 1) / 3);
        Derive("general.timeout.viewchange", "general.timeout.request", request => request);

        void Derive(string name, string from, Func<long, long> rule)
        {
            if (values[name] is not { IsDefault: true } setting || values[from].IsDefault) return;
            var number = rule(values[from].Number);
            values[name] = setting with { Number = number, Text = SettingSyntax.Text(setting.Key.Kind, number), Source = $"{DefaultSource} by {from}" };
        }
    }

    private static void FromFile(ImmutableSortedDictionary<string, Setting>.Builder values, string file, string directory)
    {
        var lines = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, text, line) in SettingsFile.Read(file))
        {
            if (!lines.TryAdd(name, line)) throw new SettingException($"{file}:{line}: {name} = '{text}': line {lines[name]} gives it a value already: keep one of them");
            Set(values, name, text, $"{file}:{line}", directory);
        }
    }

    private static void SetGiven(ImmutableSortedDictionary<string, Setting>.Builder values, string pair)
    {
        var at = pair.IndexOf('=', StringComparison.Ordinal);
        if (at < 1) throw new SettingException($"--set {pair}: write it as KEY=VALUE, as in --set general.K=20") { OfCommandLine = true };
        Set(values, pair[..at], pair[(at + 1)..], CommandLineSource, Directory.GetCurrentDirectory());
    }

    private static List<string> FromEnvironment(ImmutableSortedDictionary<string, Setting>.Builder values, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var notes = new List<string>();
        var known = new Dictionary<string, string>();
        foreach (var (name, text) in environment.Where(pair => pair.Key.StartsWith("PBFT_", StringComparison.OrdinalIgnoreCase)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (SettingKeys.All.FirstOrDefault(key => key.Variable.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } key)
            {
                var meant = DidYouMean.Nearest(SettingKeys.All.Select(other => other.Variable), name);
                notes.Add($"the environment variable {name} is not a setting's: it has no effect{(meant is null ? "" : $"; did you mean {meant}?")}");
                continue;
            }

            if (!known.TryAdd(key.Name, name)) throw new SettingException($"the environment variables {known[key.Name]} and {name} both set {key.Name}: keep one of them");
            Set(values, key.Name, text, name, Directory.GetCurrentDirectory());
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
        if (SettingKeys.Find(name) is not { } key) throw Wrong(source, $"there is no setting '{name}'; {Nearest(name)}'pbft config keys' lists them");
        try
        {
            var number = SettingSyntax.Check(key, text);
            if (key.Name == "general.byzantine" && number == 1) throw new FormatException("a live replica does not misbehave on purpose: try it out by 'pbft run --faulty 0:equivocate'");
            var value = key.Kind switch
            {
                SettingKind.Store when EventStoreDb.IsAddress(text) => text,
                SettingKind.Path or SettingKind.Store => Path.GetFullPath(text, directory),
                SettingKind.Choice => key.Choices.First(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)),
                SettingKind.Duration when key.BareSeconds => SettingSyntax.Text(key.Kind, number),
                _ => text,
            };
            values[key.Name] = new Setting(key, value, number, source);
        }
        catch (FormatException e)
        {
            throw Wrong(source, $"{key.Name} = '{text}': {e.Message}", e);
        }
    }

    private static SettingException Wrong(string source, string what, Exception? cause = null) =>
        new($"{source}: {what}", cause!) { OfCommandLine = source == CommandLineSource };

    private static string Nearest(string name)
    {
        var names = SettingKeys.All.Select(key => key.Name).ToList();
        var whole = names.Find(known => known.EndsWith("." + name, StringComparison.OrdinalIgnoreCase)) ?? DidYouMean.Nearest(names, name);
        return whole is null ? "" : $"did you mean '{whole}'? ";
    }
}
