using System.Text.RegularExpressions;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>docs/tutorial.md shows what the commands really print.</summary>
public sealed partial class TutorialTests
{
    [Fact]
    public void Every_command_of_the_tutorial_prints_what_it_says()
    {
        using var directory = new TemporaryDirectory();
        var text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "tutorial.md")).ReplaceLineEndings("\n");
        var commands = Block().Matches(text).SelectMany(block => Commands(block.Groups[1].Value)).ToList();
        Assert.True(commands.Count >= 10);
        foreach (var (command, expected) in commands)
        {
            var args = command.Replace("runs/", directory.Path + "/", StringComparison.Ordinal).Split(' ');
            var (code, result, notes) = Inspect.Run(args);
            Assert.True(code == 0, $"pbft {command} ended with {code}: {notes}");
            var printed = result.Replace(directory.Path + "/", "runs/", StringComparison.Ordinal).Split('\n').Select(line => line.TrimEnd()).ToList();
            AssertShown(command, expected, printed);
        }
    }

    private static void AssertShown(string command, IReadOnlyList<string> expected, List<string> printed)
    {
        var at = 0;
        var elided = false;
        foreach (var line in expected)
        {
            if (line == "...")
            {
                elided = true;
                continue;
            }

            var found = elided ? printed.IndexOf(line, at) : at < printed.Count && printed[at] == line ? at : -1;
            Assert.True(found >= 0, $"pbft {command} does not print, after its line {at}: {line}\nIt prints:\n{string.Join('\n', printed)}");
            (at, elided) = (found + 1, false);
        }
    }

    private static IEnumerable<(string Command, IReadOnlyList<string> Expected)> Commands(string block)
    {
        foreach (var part in ("\n" + block).Split("\n$ pbft ").Skip(1))
        {
            var lines = part.TrimEnd('\n').Split('\n');
            yield return (lines[0], lines[1..]);
        }
    }

    [GeneratedRegex("```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
