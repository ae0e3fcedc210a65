namespace PbftReference.Cli.Inspect;

/// <summary>The one table behind <c>pbft explain</c>: every name of the log, and every property that is checked.</summary>
internal static partial class Explanations
{
    private const string Core = "PbftReference.Core/";

    /// <summary>All, in the order in which they are listed; put together when first asked for, when every part of the table is there.</summary>
    public static IReadOnlyList<Explanation> All => field ??=
        [.. Events, .. Messages, .. Refusals, .. Timers, .. Reasons, .. Phases, .. Records, .. Properties];

    /// <summary>Those of a name; a record type may be written without its version, and any name as the code has it: <c>StaleView</c>.</summary>
    public static IReadOnlyList<Explanation> Of(string name)
    {
        var inTheLog = string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
        return [.. All.Where(e => e.Name == inTheLog || (e.Kind == RecordKind && e.Name.StartsWith(inTheLog + "/", StringComparison.Ordinal)))];
    }

    private static Explanation Event(string name, string meaning, string why, string source, string code) => new("event", name, meaning, why, source, Core + code);

    private static Explanation Message(string name, string meaning, string why, string source, string code) => new("message", name, meaning, why, source, Core + code);

    private static Explanation Refusal(string name, string meaning, string why, string source, string code) => new("refusal", name, meaning, why, source, Core + code);

    private static Explanation Timer(string name, string meaning, string why, string source, string code) => new("timer", name, meaning, why, source, Core + code);

    private static Explanation Reason(string name, string meaning, string why, string source, string code) =>
        new("reason for a view change", name, meaning, why, source, Core + code);
}
