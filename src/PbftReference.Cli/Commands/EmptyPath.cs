using System.CommandLine;
using System.CommandLine.Parsing;

namespace PbftReference.Cli.Commands;

/// <summary>A variable that is not set leaves an empty word where a path is to stand. Every command refuses it, for each of its options and arguments alike.</summary>
internal static class EmptyPath
{
    // what options that take a path, and arguments that are one, are called in help
    private static readonly string[] Directories = ["DIR", "LOG", "OTHER", "FAILURE"];
    private static readonly string[] Files = ["FILE"];

    /// <summary>Has a command and those below it refuse empty paths.</summary>
    /// <param name="command">The command.</param>
    public static void RefuseIn(Command command)
    {
        command.Validators.Add(result => Refuse(result, command));
        foreach (var below in command.Subcommands) RefuseIn(below);
    }

    private static void Refuse(CommandResult result, Command command)
    {
        foreach (var option in command.Options)
        {
            if (WhatIsMeant(option.HelpName) is { } what && HasEmpty(result.GetResult(option)?.Tokens)) result.AddError($"{option.Name}: it is empty; name {what}");
        }

        foreach (var argument in command.Arguments)
        {
            if (WhatIsMeant(argument.Name) is { } what && HasEmpty(result.GetResult(argument)?.Tokens)) result.AddError($"{argument.Name}: it is empty; name {what}");
        }
    }

    private static string? WhatIsMeant(string? name) => name?.Split('|') switch
    {
        { } words when words.Any(Directories.Contains) => "a directory",
        { } words when words.Any(Files.Contains) => "a file",
        _ => null,
    };

    private static bool HasEmpty(IReadOnlyList<Token>? words) => words is not null && words.Any(word => string.IsNullOrWhiteSpace(word.Value));
}
