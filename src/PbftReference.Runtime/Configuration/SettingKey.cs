namespace PbftReference.Runtime.Configuration;

/// <summary>How a value is written.</summary>
public enum SettingKind
{
    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A duration with its unit: <c>250ms</c>, <c>2s</c>, <c>1m</c>.</summary>
    Duration,

    /// <summary>A size with its unit: <c>4096B</c>, <c>64KiB</c>, <c>32MiB</c>.</summary>
    Size,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,

    /// <summary>One of some words.</summary>
    Choice,

    /// <summary>An address of the loopback and a port: <c>127.0.0.1:7001</c>.</summary>
    Address,

    /// <summary>A path; a relative one begins at the directory of the file that it stands in.</summary>
    Path,

    /// <summary>The path of a log's file, or the address of a database; a path as above.</summary>
    Store,

    /// <summary>An address of the web, <c>http://...</c>.</summary>
    Url,
}

/// <summary>Whom a value concerns.</summary>
public enum SettingScope
{
    /// <summary>All replicas of a cluster: it stands in the genesis, and no node can have another value.</summary>
    Agreed,

    /// <summary>One node.</summary>
    Node,
}

/// <summary>A setting.</summary>
/// <param name="Name">Its name; Fabric's where Fabric has it.</param>
/// <param name="Kind">How its value is written.</param>
/// <param name="Scope">Whom it concerns.</param>
/// <param name="Default">Its value where nobody gives one; empty for none.</param>
/// <param name="Meaning">What it is, in a line.</param>
/// <param name="Least">Smallest value, as number, milliseconds or bytes.</param>
/// <param name="Most">Largest value, likewise.</param>
/// <param name="Choices">Of a choice: the words.</param>
public sealed record SettingKey(
    string Name, SettingKind Kind, SettingScope Scope, string Default, string Meaning, long Least = 0, long Most = long.MaxValue, params string[] Choices)
{
    /// <summary>Of a duration: whether a number without unit is one, in seconds, as Fabric reads it.</summary>
    public bool BareSeconds { get; init; }

    /// <summary>The environment variable that sets it.</summary>
    public string Variable => "PBFT_" + Name.Replace('.', '_').ToUpperInvariant();

    /// <summary>What values are allowed, for people.</summary>
    public string Bounds => Kind switch
    {
        SettingKind.Choice => string.Join(" or ", Choices),
        SettingKind.Flag => "true or false",
        SettingKind.Address => "HOST:PORT on the loopback",
        SettingKind.Path => "a path",
        SettingKind.Store => "a path or esdb://...",
        SettingKind.Url => "http://HOST:PORT",
        _ when Most == long.MaxValue => $"at least {SettingSyntax.Text(Kind, Least)}",
        _ => $"{SettingSyntax.Text(Kind, Least)} to {SettingSyntax.Text(Kind, Most)}",
    };
}
