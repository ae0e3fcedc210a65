using System.CommandLine;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Commands;

/// <summary>What somebody may have meant who mistyped a command or an option.</summary>
internal static class Nearest
{
    /// <summary>The command or option below a command that is nearest to a word; null if none is near.</summary>
    public static string? To(string word, Command command)
    {
        var names = word.StartsWith('-') ? command.Options.Select(option => option.Name).Append("--help") : command.Subcommands.Select(sub => sub.Name);
        return DidYouMean.Nearest(names, word);
    }
}
