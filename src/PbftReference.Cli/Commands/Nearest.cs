using System.CommandLine;

namespace PbftReference.Cli.Commands;

/// <summary>What somebody may have meant who mistyped a command or an option.</summary>
internal static class Nearest
{
    private const int MostEdits = 2;

    /// <summary>The command or option below a command that is nearest to a word; null if none is near.</summary>
    public static string? To(string word, Command command)
    {
        var names = word.StartsWith('-') ? command.Options.Select(option => option.Name).Append("--help") : command.Subcommands.Select(sub => sub.Name);
        var (name, edits) = names.Select(name => (name, Edits(word, name))).Append((word, int.MaxValue)).MinBy(candidate => candidate.Item2);
        return edits <= Math.Min(MostEdits, word.Length - 1) ? name : null;
    }

    /// <summary>Characters to insert, delete or replace to make one word of the other.</summary>
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
