namespace PbftReference.Cli.Inspect;

/// <summary>The one table behind <c>pbft explain</c>: every name of the log and of a verdict, and every property that is checked.</summary>
internal static partial class Explanations
{
    private const string Core = "PbftReference.Core/";

    /// <summary>All, in the order in which they are listed; put together when first asked for, when every part of the table is there.</summary>
    public static IReadOnlyList<Explanation> All => field ??=
        [.. Events, .. Messages, .. Refusals, .. Timers, .. Reasons, .. Phases, .. Records, .. Properties, .. Guards, .. GuardsOfTheChecking, .. Actions, .. Duties];

    /// <summary>
    /// Those of a name; a record type may be written without its version, and any name as the code or the log would have it: <c>StaleView</c>,
    /// <c>lock-step</c>.
    /// </summary>
    public static IReadOnlyList<Explanation> Of(string name)
    {
        var wanted = InTheLog(name);
        return [.. All.Where(e => InTheLog(e.Name) == wanted || (e.Kind == RecordKind && e.Name.StartsWith(wanted + "/", StringComparison.Ordinal)))];
    }

    private static string InTheLog(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static Explanation Event(string name, string meaning, string why, string source, string code) => new("event", name, meaning, why, source, Core + code) { See = Mapping };

    private static Explanation Message(string name, string meaning, string why, string source, string code) => new("message", name, meaning, why, source, Core + code);

    private static Explanation Refusal(string name, string meaning, string why, string source, string code) => new("refusal", name, meaning, why, source, Core + code) { See = Mapping };

    private static Explanation Timer(string name, string meaning, string why, string source, string code) => new("timer", name, meaning, why, source, Core + code);

    private static Explanation Reason(string name, string meaning, string why, string source, string code) =>
        new("reason for a view change", name, meaning, why, source, Core + code);
}
