using System.CommandLine;
using System.CommandLine.Parsing;

namespace PbftReference.Cli.Commands;

/// <summary>The directory of a run, the first argument of every command that reads one.</summary>
internal static class RunDirectoryArgument
{
    public static Argument<string> Create()
    {
        var argument = new Argument<string>("DIR") { Description = "A directory that 'pbft run' or 'pbft cluster' made." };
        argument.Validators.Add(RefuseOptions);
        return argument;
    }

    /// <summary>A mistyped option would be taken for the directory.</summary>
    private static void RefuseOptions(ArgumentResult result)
    {
        var word = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (!word.StartsWith("--", StringComparison.Ordinal) || result.Parent is not CommandResult { Command: var command }) return;
        result.AddError($"Unrecognized option '{word}'{(Nearest.To(word, command) is { } meant ? $": did you mean '{meant}'?" : ".")}");
    }
}
