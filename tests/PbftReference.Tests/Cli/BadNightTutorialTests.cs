using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>Tests that build: they run by themselves, so that nothing else waits for a processor meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BuildingTests
{
    public const string Name = "building";
}

/// <summary>
/// docs/tutorial-bad-night.md, word for word: its commands are typed into one shell, and what they print is compared with what the page says.
/// The shell stands in an empty directory where <c>artifacts</c> leads to the clone's and the right <c>pbft</c> to the one under test;
/// <c>dotnet</c> runs in the root of the clone.
/// </summary>
[Collection(BuildingTests.Name)]
public sealed class BadNightTutorialTests
{
    private const string Warning = "warning: the guard CommitQuorum is off: this pbft is wrong on purpose";

    [Fact]
    public void The_tutorial_of_the_bad_night_can_be_followed_word_for_word()
    {
        using var directory = new TemporaryDirectory();
        var commands = TutorialPage.Commands("tutorial-bad-night.md");
        foreach (var verb in (string[])["fuzz", "shrink", "verify", "bisect", "why", "replay"]) Assert.Contains(commands, command => command.Text.Split(' ') is [_, var second, ..] && second == verb);

        var typed = ShellSession.Type(directory.Path, Preamble(directory.Path), [.. commands.Select(command => command.Text)]);

        Assert.Equal(commands.Count, typed.Count);
        foreach (var (command, result) in commands.Zip(typed)) AssertShown(command, result);
    }

    private static string Preamble(string directory)
    {
        Directory.CreateSymbolicLink(Path.Combine(directory, "artifacts"), Path.Combine(RepositoryRoot.Path, "artifacts"));
        var right = Path.Combine(directory, "src", "PbftReference.Cli", "bin", "Release", "net10.0");
        Directory.CreateDirectory(right);
        File.CreateSymbolicLink(Path.Combine(right, "pbft"), Path.Combine(AppContext.BaseDirectory, "pbft"));
        // no process of the build is to outlive it
        return $"export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_USE_MSBUILD_SERVER=0\ndotnet() {{ (cd '{RepositoryRoot.Path}' && command dotnet \"$@\"); }}";
    }

    private static void AssertShown(ShownCommand command, TypedResult result)
    {
        var (output, notes) = (result.Output, result.Notes.ToList());
        if (command.Text.StartsWith("dotnet ", StringComparison.Ordinal)) Assert.True(result.ExitCode == 0, Printed(command, result));
        if (command.Text.StartsWith("broken ", StringComparison.Ordinal)) Assert.True(notes.Remove(Warning), Printed(command, result));
        var (at, noted, elided) = (0, 0, false);
        foreach (var line in command.Shown)
        {
            if (line == "...")
            {
                elided = true;
            }
            else if (Find(output, at, elided ? output.Count : at + 1, line) is { } found)
            {
                (at, elided) = (found + 1, false);
            }
            else
            {
                // of what is no result some may be left out: how far a long work is depends on the machine
                var note = Find(notes, noted, notes.Count, line);
                Assert.True(note is not null, $"it does not print, after its line {at}: {line}\n{Printed(command, result)}");
                noted = note.Value + 1;
            }
        }

        Assert.True(elided || at == output.Count, $"it prints more than is shown\n{Printed(command, result)}");
    }

    private static int? Find(IReadOnlyList<string> lines, int from, int to, string line)
    {
        for (var i = from; i < Math.Min(to, lines.Count); i++)
        {
            if (lines[i] == line) return i;
        }

        return null;
    }

    private static string Printed(ShownCommand command, TypedResult result) =>
        $"$ {command.Text}\n{string.Join('\n', result.Output)}\non standard error:\n{string.Join('\n', result.Notes)}\nexit code {result.ExitCode}";
}
