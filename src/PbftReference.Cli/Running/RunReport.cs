using System.Globalization;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Simulation.Checking;

namespace PbftReference.Cli.Running;

/// <summary>A run's result for people: what happened, what was counted, what holds, and what to do next.</summary>
internal static class RunReport
{
    private const int MostHappenings = 24;
    private const int Width = 80;

    /// <summary>The lines after the title.</summary>
    public static IEnumerable<string> Lines(RunResult result) =>
    [
        "", .. Story(result), .. Counts(result), "", .. Verdict(result), "", .. Next(result), result.Plan.Title,
    ];

    /// <summary>What happened.</summary>
    private static IEnumerable<string> Story(RunResult result)
    {
        var happenings = result.Story.Happenings;
        if (happenings.Count == 0) return result.ExitCode is ExitCodes.Violation or ExitCodes.NoProgress ? [] : ["  nothing went wrong", ""];
        var told = Weightiest(happenings);
        var lines = told.SelectMany(h => Wrapped(string.Create(CultureInfo.InvariantCulture, $"{h.Time / 1000.0,8:F3} s "), h.Text));
        return told.Length == happenings.Count
            ? lines.Append("")
            : lines.Append(Row("", string.Create(CultureInfo.InvariantCulture, $"and {happenings.Count - told.Length:N0} lesser things; --json tells all"))).Append("");
    }

    /// <summary>As many as there is room for; the lightest are left out first.</summary>
    private static Happening[] Weightiest(IReadOnlyList<Happening> happenings)
    {
        foreach (var weight in Enum.GetValues<HappeningWeight>())
        {
            Happening[] told = [.. happenings.Where(h => h.Weight >= weight)];
            if (told.Length <= MostHappenings) return told;
        }

        return [.. happenings.Where(h => h.Weight == HappeningWeight.Protocol).Take(MostHappenings)];
    }

    private static IEnumerable<string> Counts(RunResult result)
    {
        var (outcome, story) = (result.Outcome, result.Story);
        yield return Row("operations", $"{Number(outcome.Accepted)} of {Number(outcome.Operations)} accepted" + Before(result));
        yield return Row("views", $"{Many(story.ViewChanges, "view change")}; ended in view {story.LastView ?? (result.Plan.Resumes ? outcome.View : default)}");
        yield return Row("replicas", $"{Many(story.Crashes, "crash", "crashes")}, {Many(result.Statistics.Restarts, "restart")}, {Many(story.Transfers, "state transfer")}");
        yield return Row("order", $"{Many(story.NullRequests, "place")} filled with the null request; stable checkpoint at {story.LastStable}");
        foreach (var row in Wrapped("network", $"{Number(result.Frames.Sent)} frames, {Number(result.Frames.Lost)} lost{Spells(outcome)}")) yield return row;
        yield return Row("log", $"{Number(result.Records)} records {Where(result.Plan)}");
        yield return Row("time", string.Create(CultureInfo.InvariantCulture, $"{outcome.Milliseconds / 1000.0:F1} s simulated in {result.Elapsed.TotalSeconds:F1} s"));
    }

    private static string Before(RunResult result) => result.DoneBefore == 0 ? "" : $", {Number(result.DoneBefore)} of them before this start";

    private static string Spells(RunOutcome outcome) =>
        outcome.Faults.Count == 0 ? "" : "; faults: " + string.Join(", ", outcome.Faults.Select(f => $"{f.Key} {f.Value}"));

    private static string Where(RunPlan plan) => plan.Directory is null ? "in memory" : "in " + plan.Directory;

    private static IEnumerable<string> Verdict(RunResult result)
    {
        foreach (var violation in result.Outcome.Violations)
        {
            foreach (var row in Wrapped("VIOLATED", $"{violation.Property}: {violation.Description} (at {violation.Time} ms)")) yield return row;
        }

        if (result.Interrupted) yield return Row("stopped", "interrupted before the end; what was done is in the log");
        else if (result.Outcome.Safe && !result.Outcome.Completed) yield return Row("NO PROGRESS", "not everything was done within the bound after the faults were over");
        if (!result.Outcome.Safe) yield break;
        IEnumerable<string> holds = result.Outcome.Completed ? [.. SafetyChecker.Properties, "progress"] : SafetyChecker.Properties;
        foreach (var row in Wrapped("holds", string.Join(", ", holds))) yield return row;
    }

    private static IEnumerable<string> Next(RunResult result)
    {
        yield return $"reproduce: {result.Plan.Reproduce}";
        if (result.Plan.Directory is not { } place) yield break;
        var directory = ShellWord.Of(place);
        if (result.Interrupted) yield return $"go on:     pbft run --resume {directory}";
        var lead = "try next: ";
        foreach (var command in NextCommands(result, place, directory))
        {
            yield return $"{lead} {command}";
            lead = "          ";
        }
    }

    private static IEnumerable<string> NextCommands(RunResult result, string place, string directory)
    {
        var failed = result.ExitCode is ExitCodes.Violation or ExitCodes.NoProgress;
        if (failed && !result.Plan.Resumes) yield return $"pbft shrink {directory} --log {ShellWord.Of(Small(place))}";
        if (!result.Outcome.Safe) yield return $"pbft audit {directory} --evidence {ShellWord.Of(Path.Combine(place, "proofs"))}";
        yield return $"pbft replay {directory} --verify";
        yield return $"pbft verify {directory}";
        yield return $"pbft executed {directory} --replica 0";
        yield return $"pbft state {directory} --replica 1 --at 50%";
        yield return $"pbft log ls {directory}";
    }

    // Of a log in a database the small one goes below the current directory.
    private static string Small(string place) => LogAddress.Is(place) ? Path.Combine("runs", "small") : $"{Path.TrimEndingDirectorySeparator(place)}-small";

    private static IEnumerable<string> Wrapped(string name, string text)
    {
        const int Column = 14;
        foreach (var line in WordWrap.Lines(text, Width - Column))
        {
            yield return Row(name, line);
            name = "";
        }
    }

    private static string Row(string name, string text) => $"  {name,-11} {text}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Many(long count, string one, string? many = null) => $"{Number(count)} {(count == 1 ? one : many ?? one + "s")}";
}
