using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>docs/tutorial.md shows what the commands really print.</summary>
public sealed class TutorialTests
{
    [Fact]
    public void Every_command_of_the_tutorial_prints_what_it_says()
    {
        using var directory = new TemporaryDirectory();
        var commands = TutorialPage.Commands("tutorial.md");
        Assert.True(commands.Count >= 10);
        foreach (var (typed, expected) in commands)
        {
            Assert.StartsWith("pbft ", typed, StringComparison.Ordinal);
            var command = typed["pbft ".Length..];
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
}
