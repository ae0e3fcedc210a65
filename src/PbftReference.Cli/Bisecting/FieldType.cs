using System.Globalization;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.Cli.Bisecting;

/// <summary>What values a field of the state has, and so with what it can be compared.</summary>
/// <param name="Wanted">What a value must be, for errors.</param>
/// <param name="HasOrder">Whether one value is less than another.</param>
internal abstract record FieldType(string Wanted, bool HasOrder)
{
    /// <summary>Whole numbers.</summary>
    public static FieldType Number { get; } = new NumberType();

    /// <summary>True or false.</summary>
    public static FieldType Truth { get; } = new NameType("true or false", ["true", "false"]);

    /// <summary>Digests.</summary>
    public static FieldType OfDigest { get; } = new DigestType();

    /// <summary>The phases of something, by the names that every output uses.</summary>
    public static FieldType PhaseOf<T>(NameTable<T> names)
        where T : struct, Enum => new NameType($"one of {string.Join(", ", names.All)}", [.. names.All]);

    /// <summary>A value from the command line in the form in which it is compared; null if it is none.</summary>
    public abstract string? Read(string text);

    /// <summary>How a field's value stands to one that was read: below 0, 0, above 0; without an order 0 says that they are the same.</summary>
    public abstract int Compare(string value, string read);

    private sealed record NumberType() : FieldType("a whole number", true)
    {
        public override string? Read(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture) : null;

        public override int Compare(string value, string read) => long.Parse(value, CultureInfo.InvariantCulture).CompareTo(long.Parse(read, CultureInfo.InvariantCulture));
    }

    private sealed record NameType(string Wanted, IReadOnlyList<string> All) : FieldType(Wanted, false)
    {
        // CommittedLocal is committed-local, too
        public override string? Read(string text) => All.FirstOrDefault(name => Plain(name).Equals(Plain(text), StringComparison.OrdinalIgnoreCase));

        public override int Compare(string value, string read) => string.CompareOrdinal(value, read);

        private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);
    }

    private sealed record DigestType() : FieldType($"a digest's first {Shortest} hexadecimal digits or more, or null", false)
    {
        // as many as every output shows of a digest
        private const int Shortest = 8;

        public override string? Read(string text) =>
            text.Equals(Digest.None.ToShortString(), StringComparison.OrdinalIgnoreCase) ? Digest.None.ToShortString()
            : text.Length is >= Shortest and <= 2 * Digest.Size && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : null;

        public override int Compare(string value, string read) => value.StartsWith(read, StringComparison.Ordinal) ? 0 : 1;
    }
}
