using System.Globalization;
using Newtonsoft.Json.Linq;
using PbftReference.Audit.Verification;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Verifying;

/// <summary>A verdict, for people and for programs.</summary>
internal static class VerifyOutput
{
    private const string Schema = "pbft.verify/1";
    private const int Width = 80;
    private const int ShownViolations = 5;
    private const int ShownMissing = 10;

    /// <summary>The exit code that says it.</summary>
    public static int CodeOf(Verdict verdict) => verdict switch
    {
        Verdict.Conforms => ExitCodes.Holds,
        Verdict.Violates => ExitCodes.Violation,
        Verdict.Undetermined => ExitCodes.Unknown,
        Verdict.Corrupt => ExitCodes.Corrupt,
    };

    /// <summary>The lines.</summary>
    /// <param name="input">What was judged.</param>
    /// <param name="report">The report.</param>
    /// <param name="options">How it was judged.</param>
    /// <param name="prefix">The file of the failing prefix; null if there is none.</param>
    /// <param name="terminal">For colours.</param>
    public static IEnumerable<string> Lines(VerifyInput input, VerificationReport report, VerificationOptions options, string? prefix, Terminal terminal)
    {
        if (!report.Replicas.IsEmpty)
        {
            var rows = report.Replicas.Select(r => new[] { $"{r.Replica}", Number(r.Counts["records"]), $"{r.View}", $"{r.LastExecuted}", $"{r.Low}", Number(r.Counts["view-changes"]), Number(r.Counts["transfers"]), Number(r.Counts["restarts"]) });
            foreach (var line in TextTable.Lines(["replica", Called(input, "records"), "view", "executed", "h", "view changes", "transfers", "restarts"], rows)) yield return line;
            yield return "";
            foreach (var line in WordWrap.Lines(string.Join(", ", Counts.Names.Select(name => $"{Number(report.Total[name])} {Called(input, name)}")), Width)) yield return line;
            yield return "";
        }

        foreach (var violation in report.Violations.Take(ShownViolations))
        {
            foreach (var line in Lines(input, violation, terminal)) yield return line;
        }

        if (report.Violations.Length > ShownViolations) yield return $"... and {report.Violations.Length - ShownViolations} more; --json lists all";
        if (report.Violations is [var first, ..])
        {
            yield return "what the first guard says, and where the paper has it:";
            yield return $"  pbft explain {first.Guard}";
        }

        if (prefix is not null)
        {
            yield return "the shortest failing prefix of the first:";
            yield return $"  {PrefixCommand.Of(prefix, input, options)}";
        }

        foreach (var finding in report.Integrity.Findings)
        {
            foreach (var line in Note($"{finding.Verdict.ToString().ToLowerInvariant()}: {finding.Stream} at #{finding.Revision}: {finding.Explanation}")) yield return line;
        }

        foreach (var line in report.Missing.Take(ShownMissing).SelectMany(missing => Note($"missing: {missing}"))) yield return line;
        if (report.Missing.Length > ShownMissing) yield return $"... and {report.Missing.Length - ShownMissing} more; --json lists all";
        foreach (var line in report.Unjudged.SelectMany(unjudged => Note($"not judged: {unjudged}"))) yield return line;
        foreach (var line in report.Different is { } different ? Lines(different, report, input) : []) yield return line;
        foreach (var line in Note(Summary(report, input))) yield return terminal.Paint(line, report.Verdict switch { Verdict.Conforms => 32, Verdict.Undetermined => 33, _ => 31 });
    }

    private static IEnumerable<string> Lines(VerifyInput input, Finding finding, Terminal terminal)
    {
        var who = finding.Guard == RecordGuards.Agreement ? "a correct replica, seen at" : $"replica {finding.Replica},";
        yield return terminal.Paint($"VIOLATION by {who} {PlaceOf(input, finding)}", 31);
        if (finding.Event.Length > 0) yield return $"  event   {finding.Event}";
        if (finding.Action.Length > 0) yield return $"  action  {finding.Action}";
        yield return $"  guard   {finding.Guard} is false";
        foreach (var line in Row("values", finding.Values)) yield return line;
        foreach (var (act, i) in finding.Enabled.Select((act, i) => (act, i)))
        {
            foreach (var line in Row(i == 0 ? "could" : "", act.Text)) yield return line;
        }
    }

    // A command is to be copied, so it is one line, however long.
    private static IEnumerable<string> Lines(DifferentDecisions different, VerificationReport report, VerifyInput input)
    {
        foreach (var line in Note($"the {(IsExecuted(different, report) ? "executions" : "decisions")} differ at {different.Place}: replica {different.One} decided {Batch(different.OneBatch)}, replica {different.Other} {Batch(different.OtherBatch)}. {WhoIsToBlame(input)}")) yield return line;
        if (!input.IsFile) yield return $"  pbft audit {ShellWord.Of(input.Source)}";
    }

    // Whether both got as far as to execute what they decided there.
    private static bool IsExecuted(DifferentDecisions different, VerificationReport report) =>
        report.Replicas.Count(r => (r.Replica == different.One || r.Replica == different.Other) && r.LastExecuted >= different.Place) == 2;

    private static string WhoIsToBlame(VerifyInput input) => input switch
    {
        { IsFile: false } => "Who is to blame is told by:",
        { Foreign: null } => "Who is to blame 'pbft audit' tells of the log, or of what 'pbft trace import' makes of this file",
        _ => "A trace without records holds no signatures by which 'pbft audit' could tell who is to blame",
    };

    private static string Batch(Digest batch) => batch.IsNone ? "the null request" : $"batch {batch.ToShortString()}";

    // The following lines are indented.
    private static IEnumerable<string> Note(string text) => WordWrap.Lines(text, Width - 2).Select((line, i) => i == 0 ? line : "  " + line);

    // A name, and its text in lines below each other.
    private static IEnumerable<string> Row(string name, string text) =>
        WordWrap.Lines(text, Width - 10).Select((line, i) => $"  {(i == 0 ? name : ""),-7} {line}");

    // A trace without records has no streams: a step is found by its line.
    private static string PlaceOf(VerifyInput input, Finding finding) => input.Foreign?.LineOf(finding.Replica, finding.Revision) is { } line
        ? string.Create(CultureInfo.InvariantCulture, $"step {finding.Revision}, {input.Source}:{line}")
        : $"{finding.Stream} #{finding.Revision}";

    // The counts have one set of names; what a trace without records has of them is steps.
    private static string Called(VerifyInput input, string name) => name == "records" && input.Foreign is not null ? "steps" : name;

    private static string Summary(VerificationReport report, VerifyInput input) => report.Verdict switch
    {
        Verdict.Conforms => report.Unjudged.IsEmpty
            ? $"conforms: {Number(report.Total["records"])} {Called(input, "records")} of {report.Replicas.Length} correct replicas follow the specification{(report.Different is null ? "" : ", each replica by itself; they did not decide the same")}"
            : $"conforms, as far as it was judged: {Number(report.Total["records"])} {Called(input, "records")} of {report.Replicas.Length} correct replicas",
        Verdict.Violates => $"violates: {report.Violations.Length} {(report.Violations.Length == 1 ? "violation" : "violations")}",
        Verdict.Undetermined => report.Different is null
            ? "undetermined: nothing is found wrong, and not all is there to tell that all is right"
            : "undetermined: correct replicas did not decide the same, and not all is there to tell whether one of them is wrong, or more than f are faulty",
        Verdict.Corrupt => "corrupt: the log is not as its replicas wrote it, so it is not judged; 'pbft log verify' tells more",
    };

    /// <summary>The document.</summary>
    public static JObject Json(VerifyInput input, VerificationOptions options, VerificationReport report, WrittenPrefix prefix) => new()
    {
        ["schema"] = Schema,
        ["source"] = input.Source,
        ["verdict"] = report.Verdict.ToString().ToLowerInvariant(),
        ["exitCode"] = CodeOf(report.Verdict),
        ["specification"] = Spec.Specification.Fingerprint,
        ["lockStep"] = options.LockStep,
        ["fromSnapshot"] = options.FromSnapshot,
        ["within"] = options.Within,
        ["faulty"] = new JArray(TakenAsFaulty.Of(input, options).Select(one => one.Replica.Value)),
        ["faultyBecause"] = new JArray(TakenAsFaulty.Of(input, options).Select(one => new JObject { ["replica"] = one.Replica.Value, ["why"] = one.Why })),
        ["counts"] = Json(report.Total),
        ["replicas"] = new JArray(report.Replicas.Select(r => new JObject
        {
            ["replica"] = r.Replica.Value,
            ["view"] = Plain(r.View.Value),
            ["executed"] = Plain(r.LastExecuted.Value),
            ["low"] = Plain(r.Low.Value),
            ["counts"] = Json(r.Counts),
        })),
        ["violations"] = new JArray(report.Violations.Select(finding => Json(input, finding))),
        ["missing"] = new JArray(report.Missing),
        ["unjudged"] = new JArray(report.Unjudged),
        ["integrity"] = new JArray(report.Integrity.Findings.Select(f => new JObject
        {
            ["stream"] = f.Stream,
            ["revision"] = Plain(f.Revision),
            ["verdict"] = f.Verdict.ToString().ToLowerInvariant(),
            ["explanation"] = f.Explanation,
        })),
        ["prefix"] = prefix.File,
        ["prefixCommand"] = prefix.File is { } file ? PrefixCommand.Of(file, input, options) : null,
        ["prefixError"] = prefix.Error,
        ["decisionsDiffer"] = report.Different is { } different ? Json(different, IsExecuted(different, report)) : null,
    };

    private static JObject Json(DifferentDecisions different, bool executed) => new()
    {
        ["sequenceNumber"] = Plain(different.Place.Value),
        ["executed"] = executed,
        ["one"] = Json(different.One, different.OneBatch),
        ["other"] = Json(different.Other, different.OtherBatch),
    };

    private static JObject Json(ReplicaId replica, Digest batch) => new() { ["replica"] = replica.Value, ["batch"] = batch.IsNone ? null : batch.ToString() };

    private static JObject Json(VerifyInput input, Finding finding) => new()
    {
        ["replica"] = finding.Replica.Value,
        ["stream"] = finding.Stream,
        ["revision"] = Plain(finding.Revision),
        ["line"] = input.Foreign?.LineOf(finding.Replica, finding.Revision),
        ["event"] = finding.Event,
        ["action"] = finding.Action,
        ["guard"] = finding.Guard,
        ["values"] = finding.Values,
        ["enabled"] = new JArray(finding.Enabled.Select(act => new JObject { ["action"] = act.Action, ["text"] = act.Text })),
        ["sender"] = finding.Sender?.Value,
    };

    private static JObject Json(Counts counts) => new(Counts.Names.Select(name => new JProperty(name, Plain(counts[name]))));

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Plain(long value) => value.ToString(CultureInfo.InvariantCulture);
}
