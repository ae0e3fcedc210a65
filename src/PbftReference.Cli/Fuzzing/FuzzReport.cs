using System.Globalization;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Output;
using PbftReference.Core.Events;
using PbftReference.Core.Rules;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Cli.Fuzzing;

/// <summary>What many seeds found, for people and for programs.</summary>
internal static class FuzzReport
{
    /// <summary>The schema of the document.</summary>
    public const string Schema = "pbft.fuzz/1";

    private const int MostDetail = 400;
    private const int Width = 80;

    // no correct replica halts, the edge drops strangers, and a host's timer is silent once it was stopped
    private static readonly Refusal[] NotAmongHosts = [Refusal.NotRunning, Refusal.NotAMember, Refusal.TimerNotRunning];

    /// <summary>1 for a violation or a failure of the program, 3 for missing progress, 2 if something that was expected was not seen.</summary>
    public static int CodeOf(FuzzSummary summary, SeedJudge? judge)
    {
        if (summary.Found.Any(result => result.Verdict is FuzzVerdict.Violation or FuzzVerdict.Failure)) return ExitCodes.Violation;
        if (summary.Found.Count > 0) return ExitCodes.NoProgress;
        return judge is { Missing.IsEmpty: false } ? ExitCodes.Unknown : ExitCodes.Holds;
    }

    /// <summary>A seed that did not end well, at once.</summary>
    public static string Found(FuzzResult result, int number) =>
        $"{number}. seed {result.Case.Options.Seed}: {NameOf(result.Verdict)}: {Shortened(result.Detail)}\n   reproduce: {result.Case.CommandLine}{(result.SavedLog is { } log ? $"\n   its log: pbft verify {ShellWord.Of(log)}\n   make it small: pbft shrink {ShellWord.Of(log)} --log {ShellWord.Of(log + ".small")}" : "")}";

    /// <summary>The table.</summary>
    /// <param name="summary">What the seeds found.</param>
    /// <param name="judge">Who judged the logs; null if nobody did.</param>
    /// <param name="elapsed">How long it took.</param>
    public static IEnumerable<string> Lines(FuzzSummary summary, SeedJudge? judge, TimeSpan elapsed)
    {
        var statistics = summary.Statistics;
        var runs = summary.Runs.Values.Sum();
        yield return "";
        yield return Row("runs", string.Join(", ", Enum.GetValues<FuzzVerdict>().Select(v => Text($"{summary.Runs.GetValueOrDefault(v):N0} {NameOf(v)}"))));
        yield return Row("operations", Text($"{summary.Accepted:N0} accepted"));
        yield return Row("steps", Text($"{statistics.Steps:N0}, each checked"));
        yield return Row("view changes", Counts(statistics.ViewChangeReasons));
        yield return Row("", Text($"{EventsOf(summary, EventKind.ViewEntered):N0} views entered by replicas"));
        yield return Row("replicas", Text($"{statistics.Restarts:N0} restarts, {EventsOf(summary, EventKind.TransferCompleted):N0} state transfers, {statistics.NullRequests:N0} null requests executed"));
        yield return Row("faults", Counts(summary.Faults));
        yield return Row("dropped", Counts(statistics.Drops));
        yield return Row("time", Text($"{summary.VirtualTime.TotalSeconds:N0} s simulated in {elapsed.TotalSeconds:N1} s, {runs / elapsed.TotalSeconds:N1} runs a second"));
        yield return "";
        yield return "  refusals by reason";
        foreach (var reason in Enum.GetValues<Refusal>().Except(NotAmongHosts))
        {
            yield return Text($"    {LogNames.Of(reason),-24} {statistics.Refusals.GetValueOrDefault(reason),12:N0}");
        }

        foreach (var (reason, count) in statistics.Refusals.Where(r => NotAmongHosts.Contains(r.Key))) yield return Text($"    {LogNames.Of(reason),-24} {count,12:N0}");
        yield return "";
        yield return "  misbehaviour                     runs         acts";
        foreach (var (name, count) in summary.RunsOf) yield return Text($"    {name,-24} {count,9:N0} {summary.Acts.GetValueOrDefault(name),12:N0}");
        yield return "";
        foreach (var line in judge is null ? [] : Judged(judge)) yield return line;
        foreach (var (result, i) in summary.Found.Select((result, i) => (result, i))) yield return Found(result, i + 1);
        yield return Verdict(summary.Found.Count, runs);
    }

    private static IEnumerable<string> Judged(SeedJudge judge)
    {
        yield return Text($"  judged by the specification{(judge.LockStep ? ", in lock-step" : "")}: {judge.Logs:N0} logs, {judge.Conforming:N0} conform; they held");
        foreach (var line in WordWrap.Lines(string.Join(", ", Audit.Verification.Counts.Names.Select(name => Text($"{judge.Total[name]:N0} {name}"))), Width - 4)) yield return $"    {line}";
        foreach (var line in judge.Unseen.IsEmpty ? [] : WordWrap.Lines($"none of them held: {string.Join(", ", judge.Unseen)}", Width - 4)) yield return $"    {line}";
        foreach (var missing in judge.Missing) yield return $"  missing: {missing}";
        yield return "";
    }

    private static string Verdict(int found, long runs) => (found, runs) switch
    {
        (0, 0) => "unknown: no seed was run to its end",
        (0, _) => Text($"holds for all {runs:N0} seeds"),
        _ => Text($"FOUND {found:N0} of {runs:N0} seeds that do not end well"),
    };

    /// <summary>The document. Only <c>wallMs</c> differs between two runs of the same seeds.</summary>
    public static JObject Json(FuzzSummary summary, SeedJudge? judge, ulong from, int seeds, int replicas, int code, TimeSpan elapsed) => new()
    {
        ["schema"] = Schema,
        ["from"] = from.ToString(CultureInfo.InvariantCulture),
        ["seeds"] = seeds,
        ["replicas"] = replicas,
        ["exitCode"] = code,
        ["runs"] = Object(Enum.GetValues<FuzzVerdict>().Select(v => KeyValuePair.Create(v, summary.Runs.GetValueOrDefault(v)))),
        ["accepted"] = summary.Accepted,
        ["steps"] = summary.Statistics.Steps,
        ["restarts"] = summary.Statistics.Restarts,
        ["nullRequests"] = summary.Statistics.NullRequests,
        ["transfers"] = EventsOf(summary, EventKind.TransferCompleted),
        ["viewsEntered"] = EventsOf(summary, EventKind.ViewEntered),
        ["viewChangeReasons"] = Object(summary.Statistics.ViewChangeReasons),
        ["faultSpells"] = Object(summary.Faults),
        ["refusals"] = Object(summary.Statistics.Refusals),
        ["dropped"] = Object(summary.Statistics.Drops),
        ["events"] = Object(summary.Statistics.Events),
        ["misbehaviour"] = new JArray(summary.RunsOf.Select(b => new JObject { ["name"] = b.Key, ["runs"] = b.Value, ["acts"] = summary.Acts.GetValueOrDefault(b.Key) })),
        ["judged"] = judge is null ? JValue.CreateNull() : Json(judge),
        ["found"] = new JArray(summary.Found.Select(Json)),
        ["simulatedMs"] = (long)summary.VirtualTime.TotalMilliseconds,
        ["wallMs"] = (long)elapsed.TotalMilliseconds,
    };

    private static JObject Json(FuzzResult result) => new()
    {
        ["seed"] = result.Case.Options.Seed.ToString(CultureInfo.InvariantCulture),
        ["verdict"] = result.Verdict.ToString(),
        ["detail"] = result.Detail,
        ["reproduce"] = result.Case.CommandLine,
        ["log"] = result.SavedLog,
    };

    private static JObject Json(SeedJudge judge) => new()
    {
        ["logs"] = judge.Logs,
        ["conforming"] = judge.Conforming,
        ["lockStep"] = judge.LockStep,
        ["counts"] = new JObject(Audit.Verification.Counts.Names.Select(name => new JProperty(name, judge.Total[name]))),
        ["missing"] = new JArray(judge.Missing),
    };

    private static string NameOf(FuzzVerdict verdict) => verdict switch
    {
        FuzzVerdict.Fine => "fine",
        FuzzVerdict.Violation => "violation",
        FuzzVerdict.NoProgress => "no progress",
        FuzzVerdict.Failure => "failure of the program",
    };

    private static long EventsOf(FuzzSummary summary, EventKind kind) => summary.Statistics.Events.GetValueOrDefault(kind);

    private static string Shortened(string detail) => detail.Length <= MostDetail ? detail : detail[..MostDetail] + " ...";

    private static string Counts<T>(IEnumerable<KeyValuePair<T, long>> counts)
        where T : notnull => string.Join(", ", counts.Select(count => Text($"{LogNames.Of(count.Key)} {count.Value:N0}")));

    private static JObject Object<T>(IEnumerable<KeyValuePair<T, long>> counts)
        where T : notnull => new(counts.Select(count => new JProperty(LogNames.Of(count.Key), count.Value)));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Row(string name, string text) => $"  {name,-13} {text}";
}
