using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using DafnyAssembly;

namespace PbftReference.Spec;

/// <summary>What this assembly was translated from: the executable part of the specification, and the translator.</summary>
public static class Specification
{
    private const string Comment = "// ";

    private static readonly string[] Lines =
        typeof(Specification).Assembly.GetCustomAttribute<DafnySourceAttribute>()!.dafnySourceText.ReplaceLineEndings("\n").Split('\n');

    /// <summary>The translator and its version, such as "dafny 4.11.0.0".</summary>
    public static string Translator { get; } = Lines[0][Comment.Length..];

    /// <summary>The text that was translated, all modules in one, without comments.</summary>
    public static string Text { get; } = string.Join('\n', Lines.SkipWhile(line => line.StartsWith(Comment, StringComparison.Ordinal))).Trim() + "\n";

    /// <summary>SHA-256 of <see cref="Text"/> in lower-case hexadecimal digits: verdicts with the same fingerprint have the same judge.</summary>
    public static string Fingerprint { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
}
