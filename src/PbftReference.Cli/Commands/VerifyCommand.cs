using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using PbftReference.Audit.Verification;
using PbftReference.Audit.Verification.Foreign;
using PbftReference.Cli.Output;
using PbftReference.Cli.Verifying;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft verify</c>: whether a log is a behaviour of the specification.</summary>
internal static class VerifyCommand
{
    private const string Name = "verify";

    /// <summary>What to do with more than one log; null for every other command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="words">What is one too many.</param>
    public static string? WithSeveral(Command command, IReadOnlyList<string> words) => command.Name == Name && words.Any(word => !word.StartsWith('-'))
        ? "'verify' takes one place, with all logs of a cluster; 'pbft audit' takes the logs of single replicas, as many as there are"
        : null;

    public static Command Create(Terminal terminal)
    {
        var source = new LogPlaceArgument("A directory that 'pbft run' or 'pbft cluster' made, logs in a database (esdb://HOST:2113#NAME), or a pbft.trace/1 file of whatever implementation; - for standard input.", "LOG|FILE");
        var faulty = new Option<string?>("--faulty") { HelpName = "ID,...", Description = "Replicas that may have done anything; none for nobody. [default: those that the run was told to make faulty]" };
        var expect = new Option<string?>("--expect")
        {
            HelpName = "COUNTS",
            Description = $"What the log must hold at least, in all correct replicas together, as in 'executed>=10,view-changes>=1': {string.Join(", ", Counts.Names)}. [default: an execution by every correct replica]",
        };
        var lockStep = new Option<bool>("--lock-step") { Description = "Compares the recorded state with the specification's after each step, too." };
        var fromSnapshot = new Option<bool>("--from-snapshot") { Description = "Judges a log whose beginning was truncated from its oldest snapshot on; what lies before is not judged." };
        var within = new Option<long?>("--within") { HelpName = "STEPS", Description = "Of a trace without records: in how many further steps a replica does what it can; 0 for at once. [default: see docs/verification.md]" };
        var prefix = new Option<string?>("--prefix") { HelpName = "FILE", Description = "Where the shortest failing prefix goes. [default: beside the log, LOG.violation.jsonl]" };
        var json = LogArguments.Json();
        var command = new Command(Name, "Whether a log is a behaviour of the specification: exit code 0 conforms, 1 violates, 2 undetermined, 4 corrupt.")
        {
            faulty, expect, lockStep, fromSnapshot, within, prefix, json,
        };
        source.AddTo(command);
        command.SetAction(line =>
        {
            var place = source.Of(line);
            PrefixPlace.Check(line.GetValue(prefix), VerifyPlace.PathOf(place));
            var (expected, steps) = (VerifyArguments.Expected(line.GetValue(expect)), VerifyArguments.Within(line.GetValue(within)));
            using var input = VerifyPlace.Open(place);
            var options = new VerificationOptions
            {
                Faulty = VerifyArguments.Faulty(line.GetValue(faulty), input, terminal),
                Expected = expected,
                LockStep = line.GetValue(lockStep),
                FromSnapshot = line.GetValue(fromSnapshot),
                Within = steps,
            };
            foreach (var note in VerifyArguments.WithoutEffect(options, input).Concat(TakenAsFaulty.Notes(input, options))) terminal.Note(note);
            return Run(terminal, input, options, line.GetValue(prefix), line.GetValue(json));
        });
        return command;
    }

    private static int Run(Terminal terminal, VerifyInput input, VerificationOptions options, string? prefix, bool json)
    {
        var total = RecordsOf(input, options);
        terminal.Progress(() => "checking hashes and signed heads");
        var judged = options with
        {
            Progress = count => terminal.Progress(() => string.Create(CultureInfo.InvariantCulture, $"{ProgressBar.Of(count, total)} {count:N0} of {total:N0} records judged")),
        };
        var report = input.Foreign is { } foreign
            ? TraceVerifier.Run(foreign.Header, foreign.Steps, judged)
            : LogVerifier.Run(input.Store, input.Genesis, judged);
        terminal.ClearProgress();
        var written = report.Violations.IsEmpty ? WrittenPrefix.None : WrittenPrefix.Write(input, report.Violations[0], prefix);
        if (json) terminal.Result.WriteLine(VerifyOutput.Json(input, options, report, written).ToString(Formatting.Indented));
        else foreach (var text in VerifyOutput.Lines(input, report, options, written.File, terminal)) terminal.Result.WriteLine(text);
        if (written.Error is { } error) terminal.Note($"pbft: {error}");
        return VerifyOutput.CodeOf(report.Verdict);
    }

    private static long RecordsOf(VerifyInput input, VerificationOptions options) => input.Foreign is { } foreign
        ? foreign.Steps.Count(step => !options.Faulty.Contains(step.Replica))
        : Enumerable.Range(0, input.Genesis.Configuration.Replicas).Select(i => new ReplicaId(i)).Where(id => !options.Faulty.Contains(id))
            .Sum(id => RecordsOf(input.Store, LogStreams.OfReplica(input.Genesis.Cluster, id)));

    // Only for the progress: what is damaged is told by the verdict.
    private static long RecordsOf(IEventStore store, string stream)
    {
        try
        {
            return store.Tail(stream) is { } tail ? tail.LastRevision - tail.FirstRevision + 1 : 0;
        }
        catch (EventStoreException e) when (e.IsUnreadable)
        {
            return 0;
        }
    }
}
