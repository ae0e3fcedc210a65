using System.Globalization;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;

namespace PbftReference.Cli.Shrinking;

/// <summary>How large a scenario is. Faults are those that happened, and the partitions that are planned.</summary>
internal sealed record ScenarioSize(int Replicas, int Misbehaving, int Clients, long Operations, int Faults, long Records)
{
    /// <summary>The size of a scenario that was run.</summary>
    public static ScenarioSize Of(RunManifest scenario, JudgedRun judged) => new(
        scenario.Options.Configuration.Replicas, scenario.Options.Faulty.Count, scenario.Options.Clients + scenario.Options.LyingClients, scenario.Asked, judged.Run.Faults.Count + scenario.Options.Partitions.Count, judged.Records);

    /// <summary>Its parts, by name.</summary>
    public IEnumerable<(string Name, long Count)> Parts =>
        [("replicas", Replicas), ("misbehaving", Misbehaving), ("clients", Clients), ("operations", Operations), ("faults", Faults), ("records", Records)];
}

/// <summary>What came of shrinking.</summary>
/// <param name="Directory">Where it is.</param>
/// <param name="What">What it still comes to.</param>
internal sealed record ShrinkResult(string Directory, string What)
{
    /// <summary>The failure; null for a predicate.</summary>
    public Failure? Failure { get; init; }

    /// <summary>The scenarios before and after; null if only inputs were left out.</summary>
    public (ScenarioSize Before, ScenarioSize After)? Sizes { get; init; }

    /// <summary>How many candidates were run, and at most might have been.</summary>
    public (int Runs, int Budget) Runs { get; init; }

    /// <summary>Whether nothing more can be left out of the scenario, one thing at a time.</summary>
    public bool IsSmallest { get; init; }

    /// <summary>Whether the user ended it.</summary>
    public bool Interrupted { get; init; }

    /// <summary>The fewest inputs of one replica; null if they come to nothing alone.</summary>
    public FewestInputs? Inputs { get; init; }

    /// <summary>The directory of their log; null without them.</summary>
    public string? InputsDirectory { get; init; }

    /// <summary>What the process says with it.</summary>
    public int ExitCode => Interrupted ? ExitCodes.Interrupted : ExitCodes.Holds;
}

/// <summary>What came of shrinking, for people and for programs.</summary>
internal static class ShrinkReport
{
    /// <summary>The schema of the document.</summary>
    public const string Schema = "pbft.shrink/1";

    private const int MostTransitions = 40;

    /// <summary>Writes it for people.</summary>
    public static void Write(ShrinkResult result, Terminal terminal)
    {
        if (result.Sizes is var (before, after))
        {
            terminal.WriteWrapped($"fails: {result.What}");
            terminal.Result.WriteLine(Text($"after {result.Runs.Runs} runs, the smallest that fails in the same way:"));
            foreach (var line in TextTable.Lines(["", "before", "after"], before.Parts.Zip(after.Parts, Row))) terminal.Result.WriteLine("  " + line);
        }

        if (result.Inputs is { } inputs) WriteInputs(inputs, result.InputsDirectory!, terminal);
        else terminal.WriteWrapped("No replica's inputs alone come to it: it shows only beside the others' logs.");
    }

    private static string[] Row((string Name, long Count) before, (string Name, long Count) after) => [before.Name, Text($"{before.Count:N0}"), Text($"{after.Count:N0}")];

    private static void WriteInputs(FewestInputs inputs, string directory, Terminal terminal)
    {
        terminal.WriteWrapped(Text($"{inputs.Fewest.Count} of {inputs.Before} inputs of replica {inputs.Aim.Replica} are enough for: {inputs.Aim.What}"));
        using var small = RunLog.Open(directory);
        var transitions = small.Walk(inputs.Aim.Replica).SelectMany(step => TransitionLine.Of(step.Record, step.Before)).ToList();
        foreach (var transition in transitions.Take(MostTransitions)) terminal.Result.WriteLine("  " + transition.Text);
        if (transitions.Count > MostTransitions) terminal.Result.WriteLine(Text($"  and {transitions.Count - MostTransitions:N0} more: pbft log show {ShellWord.Of(directory)}"));
    }

    /// <summary>What to do next.</summary>
    public static IEnumerable<string> Next(ShrinkResult result)
    {
        var directory = ShellWord.Of(result.Directory);
        if (result.Interrupted) yield return "interrupted: what stands there is the smallest so far";
        else if (result.Sizes is not null && !result.IsSmallest) yield return Text($"the budget of {result.Runs.Budget} runs is spent: a larger --budget may make it smaller");
        if (result.Sizes is not null) yield return $"-> pbft run --scenario {directory}";
        if (result.InputsDirectory is not { } inputs) yield return $"-> pbft verify {directory}";
        else yield return result.Failure is { Guard: not null } ? $"-> pbft verify {ShellWord.Of(inputs)}" : $"-> pbft replay {ShellWord.Of(inputs)} --replica {result.Inputs!.Aim.Replica} --verify";
    }

    /// <summary>The document.</summary>
    public static JObject Json(ShrinkResult result) => new()
    {
        ["schema"] = Schema,
        ["directory"] = result.Directory,
        ["exitCode"] = result.ExitCode,
        ["what"] = result.What,
        ["kind"] = result.Failure is { } failure ? LogNames.Of(failure.Kind) : "predicate",
        ["action"] = result.Failure?.Action,
        ["guard"] = result.Failure?.Guard,
        ["replica"] = (result.Inputs?.Aim.Replica ?? result.Failure?.Replica)?.Value,
        ["runs"] = result.Runs.Runs,
        ["budget"] = result.Runs.Budget,
        ["smallest"] = result.IsSmallest,
        ["interrupted"] = result.Interrupted,
        ["before"] = result.Sizes is var (before, _) ? Sizes(before) : null,
        ["after"] = result.Sizes is var (_, after) ? Sizes(after) : null,
        ["inputs"] = result.Inputs is { } inputs ? new JObject { ["directory"] = result.InputsDirectory, ["before"] = inputs.Before, ["after"] = inputs.Fewest.Count } : null,
    };

    private static JObject Sizes(ScenarioSize size) => new(size.Parts.Select(part => new JProperty(part.Name, part.Count)));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
