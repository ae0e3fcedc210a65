using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Comparing;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft trace diff</c>: where two runs, or two replicas, part.</summary>
internal static class TraceDiffCommand
{
    private const int Shown = 5;

    public static Command Create(Terminal terminal)
    {
        var one = new Argument<string>("LOG") { Description = "A log." };
        var other = new Argument<string?>("OTHER") { Description = "Another, to compare replica by replica; with --of and --with it may be left out.", Arity = ArgumentArity.ZeroOrOne };
        var of = new Option<int?>("--of") { HelpName = "ID", Description = "Compare what this replica of LOG decided ..." };
        var with = new Option<int?>("--with") { HelpName = "ID", Description = "... with what this replica of OTHER, or of LOG, did." };
        var across = LogArguments.Flag("--across-clusters", "Compares logs of different clusters, too, such as two runs of a seed with other settings.");
        var json = LogArguments.Json();
        var command = new Command("diff", "Where two runs part, causes first; or where two replicas decided differently. Exit code 0 if nowhere, 1 if they do.") { one, other, of, with, across, json };
        command.SetAction(parsed =>
        {
            var (left, right) = (parsed.GetValue(of), parsed.GetValue(with));
            CheckUsage(left, right, parsed.GetValue(other) is not null);
            using var a = RunLog.Open(parsed.GetRequiredValue(one));
            using var b = RunLog.Open(parsed.GetValue(other) ?? parsed.GetRequiredValue(one));
            if (!parsed.GetValue(across) && ClusterDifference.Between(a.Genesis, b.Genesis) is { } differs) throw OfDifferentClusters(a, b, differs);
            terminal.Progress(() => "comparing");
            return left is { } x && right is { } y ? Replicas(a, a.Replica(x, "--of"), b, b.Replica(y, "--with"), parsed.GetValue(json), terminal) : Runs(a, b, parsed.GetValue(json), terminal);
        });
        return command;
    }

    private static void CheckUsage(int? left, int? right, bool hasOther)
    {
        if (left is null != right is null) throw new CommandException(ExitCodes.Usage, "--of and --with name two replicas: give both, or neither");
        if (left is null && !hasOther) throw new CommandException(ExitCodes.Usage, "name another log to compare with, or two replicas by --of and --with");
        if (left is not null && left == right && !hasOther) throw new CommandException(ExitCodes.Usage, $"--of {left} and --with {right} name one replica of one log: name another replica, or another log");
    }

    private static CommandException OfDifferentClusters(RunLog one, RunLog other, string differs) => new(
        ExitCodes.Data, $"{one.Directory} and {other.Directory} are logs of different clusters, which part from the first record on: {differs}. Name two logs of one cluster, or compare all the same by --across-clusters");

    private static int Runs(RunLog one, RunLog other, bool json, Terminal terminal)
    {
        var (left, right) = (new ReadableLog(one), new ReadableLog(other));
        var found = RunComparison.Between(left, right);
        terminal.ClearProgress();
        var isWhole = left.Damage is null && right.Damage is null;
        if (json) terminal.Result.WriteLine(Document(found, left, right).ToString(Formatting.Indented));
        else foreach (var line in Lines(found, Math.Max(one.Genesis.Configuration.Replicas, other.Genesis.Configuration.Replicas), isWhole)) terminal.Result.WriteLine(line);
        var code = Math.Max(left.Told(terminal), right.Told(terminal));
        return code == ExitCodes.Corrupt || found.Count == 0 ? code : ExitCodes.Violation;
    }

    private static IEnumerable<string> Lines(IReadOnlyList<Divergence> found, int replicas, bool isWhole)
    {
        foreach (var divergence in found)
        {
            yield return divergence.Follows is { } source
                ? $"replica {divergence.Replica} follows replica {source}, whose message it took in:"
                : $"replica {divergence.Replica} differs, and no other's difference explains it:";
            foreach (var line in Side("1", divergence.One).Concat(Side("2", divergence.Other))) yield return line;
            if (divergence.Follows is not null) continue;
            foreach (var line in WordWrap.Lines(Meaning(divergence), TransitionLine.Width - 2)) yield return $"  {line}";
        }

        yield return found.Count == 0
            ? isWhole ? "the same: every replica's records are, in both, up to the end" : "no difference in what can be read of both"
            : $"{found.Count} of {replicas} replicas differ, {found.Count(d => d.Follows is null)} of them unexplained by the others";
    }

    private static string Meaning(Divergence divergence) => divergence switch
    {
        { One: null } or { Other: null } => "one log goes on, and the other ends",
        { SameInput: true } => "both took in the same and decided differently: look at the rule ('pbft why')",
        _ => "they took in different inputs: what came, or in which order, is the network's, a client's or a clock's",
    };

    private static IEnumerable<string> Side(string name, LoggedStep? step)
    {
        if (step is not { } logged) return [$"  {name}  its log ends"];
        return TransitionLine.Of(logged.Record, logged.Before).Select(transition => $"  {name}  {TransitionLine.Cut(transition.Text, TransitionLine.Width - 5)}");
    }

    private static JObject Document(IReadOnlyList<Divergence> found, ReadableLog one, ReadableLog other) => new()
    {
        ["schema"] = "pbft.trace-diff/1",
        ["same"] = found.Count == 0 && one.Damage is null && other.Damage is null,
        ["divergences"] = new JArray(found.Select(d => new JObject
        {
            ["replica"] = d.Replica.Value,
            ["follows"] = d.Follows?.Value,
            ["sameInput"] = d.SameInput,
            ["one"] = Side(d.One),
            ["other"] = Side(d.Other),
        })),
        ["damaged"] = new JObject { ["one"] = one.Document(), ["other"] = other.Document() },
    };

    private static JObject? Side(LoggedStep? step) => step is not { } logged ? null : new JObject
    {
        ["revision"] = logged.Record.Revision.ToString(CultureInfo.InvariantCulture),
        ["record"] = logged.Record.Type,
        ["transitions"] = new JArray(TransitionLine.Of(logged.Record, logged.Before).Select(t => t.Text)),
    };

    private static int Replicas(RunLog one, ReplicaId left, RunLog other, ReplicaId right, bool json, Terminal terminal)
    {
        var found = DecisionComparison.Between(one, left, other, right);
        terminal.ClearProgress();
        if (json) terminal.Result.WriteLine(Document(found).ToString(Formatting.Indented));
        else foreach (var line in Lines(found, left, right)) terminal.Result.WriteLine(line);
        return found.Conflicts.Count == 0 ? ExitCodes.Holds : ExitCodes.Violation;
    }

    private static IEnumerable<string> Lines(DecisionComparison found, ReplicaId left, ReplicaId right)
    {
        foreach (var (one, other) in found.Conflicts.Take(Shown))
        {
            var conflict = string.Create(CultureInfo.InvariantCulture, $"CONFLICT {one.Subject}: r{left} {one.Value.ToShortString()} at #{one.Revision:d6}, r{right} {other.Value.ToShortString()} at #{other.Revision:d6}");
            foreach (var line in WordWrap.Lines(conflict, TransitionLine.Width)) yield return line;
        }

        if (found.Conflicts.Count > Shown) yield return $"... and {found.Conflicts.Count - Shown} more; --json lists all";
        yield return $"{found.Same} decisions are the same, {found.Conflicts.Count} differ";
        if (found.OnlyOne.Count > 0) yield return $"only r{left}: {found.OnlyOne.Count}, the first: {found.OnlyOne[0].Subject} at #{found.OnlyOne[0].Revision}";
        if (found.OnlyOther.Count > 0) yield return $"only r{right}: {found.OnlyOther.Count}, the first: {found.OnlyOther[0].Subject} at #{found.OnlyOther[0].Revision}";
    }

    private static JObject Document(DecisionComparison found) => new()
    {
        ["schema"] = "pbft.decision-diff/1",
        ["same"] = found.Same,
        ["conflicts"] = new JArray(found.Conflicts.Select(pair => new JObject { ["subject"] = pair.One.Subject, ["one"] = Of(pair.One), ["other"] = Of(pair.Other) })),
        ["onlyOne"] = new JArray(found.OnlyOne.Select(d => d.Subject)),
        ["onlyOther"] = new JArray(found.OnlyOther.Select(d => d.Subject)),
    };

    private static JObject Of(Decided decided) => new() { ["value"] = decided.Value.ToString(), ["revision"] = decided.Revision.ToString(CultureInfo.InvariantCulture) };
}
