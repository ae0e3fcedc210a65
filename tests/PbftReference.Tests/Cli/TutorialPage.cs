using System.Text.RegularExpressions;

namespace PbftReference.Tests.Cli;

/// <summary>A command of a page, and what the page says that it prints.</summary>
/// <param name="Text">The command, as it is typed.</param>
/// <param name="Shown">The lines; <c>...</c> for some that are left out.</param>
internal sealed record ShownCommand(string Text, IReadOnlyList<string> Shown);

/// <summary>A page of docs/ whose fenced blocks show commands after <c>$ </c>, each with what it prints below.</summary>
internal static partial class TutorialPage
{
    /// <summary>Its commands, in order.</summary>
    public static List<ShownCommand> Commands(string name)
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", name)).ReplaceLineEndings("\n");
        return [.. Block().Matches(text).SelectMany(block => ("\n" + block.Groups[1].Value).Split("\n$ ").Skip(1)).Select(Command)];
    }

    private static ShownCommand Command(string part)
    {
        var lines = part.TrimEnd('\n').Split('\n');
        return new ShownCommand(lines[0], lines[1..]);
    }

    [GeneratedRegex("```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
