using System.CommandLine;
using System.CommandLine.Parsing;

namespace PbftReference.Cli.Commands;

/// <summary>A mistyped option would be taken for a path, a name or a position where a command takes one. Every command refuses it.</summary>
internal static class MistypedOption
{
    /// <summary>Has a command and those below it refuse what begins like an option and is none.</summary>
    /// <param name="command">The command.</param>
    public static void RefuseIn(Command command)
    {
        // what is submitted is any text
        if (command.Arguments.Count > 0 && command.Name != "submit") command.Validators.Add(result => Refuse(result, command));
        foreach (var below in command.Subcommands) RefuseIn(below);
    }

    private static void Refuse(CommandResult result, Command command)
    {
        foreach (var word in command.Arguments.Select(result.GetResult).OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value))
        {
            if (!word.StartsWith("--", StringComparison.Ordinal)) continue;
            result.AddError($"Unrecognized option '{word}'{(Nearest.To(word, command) is { } meant ? $": did you mean '{meant}'?" : $"; a path that begins like this is written ./{word}")}");
        }
    }
}
