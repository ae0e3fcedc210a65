using System.Globalization;
using System.Text;
using PbftReference.Core.Events;

namespace PbftReference.Simulation.Fuzzing;

/// <summary>Many runs added up. It must show that things did happen: a fuzzer of calm seas proves nothing.</summary>
public sealed class FuzzSummary
{
    private readonly List<FuzzResult> _found = [];

    /// <summary>Runs, by verdict.</summary>
    public SortedDictionary<FuzzVerdict, long> Runs { get; } = [];

    /// <summary>Runs in which a behaviour took part, by its name.</summary>
    public SortedDictionary<string, long> RunsOf { get; } = new(StringComparer.Ordinal);

    /// <summary>How often a behaviour departed from the protocol, by its name.</summary>
    public SortedDictionary<string, long> Acts { get; } = new(StringComparer.Ordinal);

    /// <summary>Spells of faults, by name.</summary>
    public SortedDictionary<string, long> Faults { get; } = new(StringComparer.Ordinal);

    /// <summary>What happened in all of them.</summary>
    public RunStatistics Statistics { get; } = new();

    /// <summary>Operations that clients hold for done.</summary>
    public long Accepted { get; private set; }

    /// <summary>Virtual time of all runs.</summary>
    public TimeSpan VirtualTime { get; private set; }

    /// <summary>The runs that did not end well, in the order of their seeds.</summary>
    public IReadOnlyList<FuzzResult> Found => _found;

    /// <summary>Adds a run.</summary>
    public void Add(FuzzResult result)
    {
        Runs[result.Verdict] = Runs.GetValueOrDefault(result.Verdict) + 1;
        Statistics.Add(result.Statistics);
        foreach (var (name, acts) in result.Acts)
        {
            RunsOf[name] = RunsOf.GetValueOrDefault(name) + 1;
            Acts[name] = Acts.GetValueOrDefault(name) + acts;
        }

        if (result.Outcome is { } outcome)
        {
            Accepted += outcome.Accepted;
            VirtualTime += TimeSpan.FromMilliseconds(outcome.Milliseconds);
            foreach (var (name, count) in outcome.Faults) Faults[name] = Faults.GetValueOrDefault(name) + count;
        }

        if (result.Verdict != FuzzVerdict.Fine) _found.Add(result);
    }

    /// <summary>A report for people; the same for the same seeds.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line(text, "runs", Runs);
        text.Append(CultureInfo.InvariantCulture, $"operations accepted {Accepted}, steps {Statistics.Steps}, virtual time {VirtualTime.TotalSeconds:F0} s\n");
        text.Append(CultureInfo.InvariantCulture, $"restarts {Statistics.Restarts}, null requests {Statistics.NullRequests}, ");
        text.Append(CultureInfo.InvariantCulture, $"transfers {Statistics.Events.GetValueOrDefault(EventKind.TransferCompleted)}, ");
        text.Append(CultureInfo.InvariantCulture, $"views entered {Statistics.Events.GetValueOrDefault(EventKind.ViewEntered)}\n");
        Line(text, "view changes", Statistics.ViewChangeReasons);
        Line(text, "faults", Faults);
        Line(text, "refusals", Statistics.Refusals);
        Line(text, "drops", Statistics.Drops);
        foreach (var (name, runs) in RunsOf) text.Append(CultureInfo.InvariantCulture, $"{name}: {runs} runs, {Acts[name]} acts\n");
        foreach (var found in _found) text.Append(found).Append('\n');
        return text.ToString();
    }

    private static void Line<T>(StringBuilder text, string name, SortedDictionary<T, long> counts)
        where T : notnull => text.Append(name).Append(": ").AppendJoin(", ", counts.Select(c => $"{c.Key} {c.Value}")).Append('\n');
}
