using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Spec;

/// <summary>
/// The table of mutants of the protocol (spec/mutants): each is decided, and what its run shows is not what the right specification does. The
/// runs are played again here; the proofs of mutants are not, they take hours (spec/mutants/run).
/// </summary>
public class MutantTableTests
{
    private const int Least = 60;

    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "spec", "mutants");

    [Fact]
    public void Every_mutant_is_decided()
    {
        var (verdicts, runs) = (Verdicts(), Runs());

        Assert.Equal(Listed().Order(StringComparer.Ordinal), verdicts.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(verdicts.Where(v => v.Value[0] is not ("killed" or "survived") && !Harms(runs, v.Key)).Select(v => v.Key));
    }

    [Fact]
    public void What_a_mutant_replaces_occurs_once_in_the_specification_as_it_is()
    {
        var texts = ReplacedTexts();

        Assert.Equal(Listed(), texts.Select(text => text.Id));
        Assert.Empty(texts.Where(text => File.ReadAllText(Path.Combine(RepositoryRoot.Path, "spec", text.File)).Split(text.Find).Length != 2).Select(text => text.Id));
    }

    [Fact]
    public void Of_sixty_and_more_a_theorem_falls_and_a_run_shows_the_harm()
    {
        var runs = Runs();
        var both = Verdicts().Where(v => v.Value[0] == "killed" && Harms(runs, v.Key)).ToList();

        Assert.True(both.Count >= Least, $"{both.Count} mutants are killed and have a run that shows the harm");
        Assert.All(both, mutant => Assert.Matches(@"^\w+\.\w+$", mutant.Value[1]));
    }

    [Fact]
    public void Every_survivor_has_a_reason_and_no_run_of_it_breaks_safety()
    {
        var (runs, reasons) = (Runs(), Reasons());

        Assert.All(Verdicts().Where(v => v.Value[0] == "survived").Select(v => v.Key), id =>
        {
            Assert.NotEqual("", reasons.GetValueOrDefault(id, ""));
            if (runs.TryGetValue(id, out var run)) Assert.Matches("^(HARMLESS|STUCK)", run[0]);
        });
    }

    [Fact]
    public void What_a_mutant_does_the_right_specification_refuses_or_it_comes_to_no_harm()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Folder, "harm", "runs"), "*.run").Select(file => Path.GetFileNameWithoutExtension(file)!);
        var runs = Runs();

        Assert.Equal(runs.Keys.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
        Assert.All(runs, run => Assert.Matches(@"^(refused at move \d+: \w+$|no harm)", run.Value[1]));
    }

    [Fact]
    public void The_table_shows_what_was_found()
    {
        var table = File.ReadAllLines(Path.Combine(Folder, "README.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).ToDictionary(line => line.Split('|')[1].Trim());
        var runs = Runs();

        Assert.All(Verdicts(), verdict =>
        {
            var row = table[verdict.Key];
            if (verdict.Value[0] == "killed") Assert.Contains($"killed: `{verdict.Value[1]}`", row, StringComparison.Ordinal);
            if (runs.TryGetValue(verdict.Key, out var run)) Assert.EndsWith($"| {run[0]} | {run[1]} |", row, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_recorded_runs_played_again_end_as_the_table_says()
    {
        using var temporary = new TemporaryDirectory();
        foreach (var folder in new[] { ".config", "spec/spec", "spec/oracle", "spec/mutants" }) Copy(Path.Combine(RepositoryRoot.Path, folder), Path.Combine(temporary.Path, folder));

        var (exitCode, printed) = await SpecVerify.RunScript(temporary.Path, Path.Combine(temporary.Path, "spec", "mutants", "harm", "run"), "--replay");

        Assert.True(exitCode == 0, printed);
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Folder, "harm", "results.tsv")), await File.ReadAllTextAsync(Path.Combine(temporary.Path, "spec", "mutants", "harm", "results.tsv")));
    }

    // A harm is in capitals.
    private static bool Harms(Dictionary<string, string[]> runs, string id) =>
        runs.TryGetValue(id, out var run) && char.IsUpper(run[0][1]) && !run[0].StartsWith("HARMLESS", StringComparison.Ordinal);

    private static IEnumerable<string> Listed() => Lines("list.txt").Where(line => line.StartsWith("id ", StringComparison.Ordinal)).Select(line => line[3..]);

    // Several lines that begin with "find" are lines of one text.
    private static List<(string Id, string File, string Find)> ReplacedTexts()
    {
        var texts = new List<(string Id, string File, string Find)>();
        foreach (var line in Lines("list.txt"))
        {
            if (line.StartsWith("id ", StringComparison.Ordinal)) texts.Add((line[3..], "", ""));
            if (line.StartsWith("file ", StringComparison.Ordinal)) texts[^1] = texts[^1] with { File = line[5..] };
            if (line.StartsWith("find ", StringComparison.Ordinal)) texts[^1] = texts[^1] with { Find = texts[^1].Find.Length == 0 ? line[5..] : $"{texts[^1].Find}\n{line[5..]}" };
        }

        return texts;
    }

    private static Dictionary<string, string> Reasons()
    {
        var (reasons, id) = (new Dictionary<string, string>(), "");
        foreach (var line in Lines("list.txt"))
        {
            if (line.StartsWith("id ", StringComparison.Ordinal)) id = line[3..];
            if (line.StartsWith("harmless ", StringComparison.Ordinal)) reasons[id] = line["harmless ".Length..];
        }

        return reasons;
    }

    private static Dictionary<string, string[]> Verdicts() => Table("results.tsv");

    private static Dictionary<string, string[]> Runs() => Table(Path.Combine("harm", "results.tsv"));

    private static Dictionary<string, string[]> Table(string file) => Lines(file).Select(line => line.Split('\t')).ToDictionary(cells => cells[0], cells => cells[1..]);

    private static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Folder, file));

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
