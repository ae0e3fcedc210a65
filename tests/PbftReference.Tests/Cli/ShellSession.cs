using System.Diagnostics;
using System.Globalization;

namespace PbftReference.Tests.Cli;

/// <summary>What a command that was typed into a shell gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its lines on standard output.</param>
/// <param name="Notes">Its lines on standard error.</param>
internal sealed record TypedResult(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Notes);

/// <summary>Types commands into one bash, one after the other: aliases and <c>$?</c> are as at a terminal.</summary>
internal static class ShellSession
{
    private const string Mark = "-- end of command --";

    /// <summary>Types them.</summary>
    /// <param name="directory">Where; the script is put there, too.</param>
    /// <param name="preamble">Lines that are read before.</param>
    /// <param name="commands">The commands.</param>
    public static List<TypedResult> Type(string directory, string preamble, IReadOnlyList<string> commands)
    {
        var script = Path.Combine(directory, "typed.sh");
        // the mark ends each command on both streams, and leaves $? as it was
        File.WriteAllText(script, $"shopt -s expand_aliases\nended() {{ echo; echo \"{Mark} $1\"; echo >&2; echo \"{Mark}\" >&2; return $1; }}\n{preamble}\n" + string.Concat(commands.Select(command => $"{command}\nended $?\n")));
        var start = new ProcessStartInfo("bash", [script]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["COLUMNS"] = "80";
        using var shell = Process.Start(start)!;
        var notes = shell.StandardError.ReadToEndAsync();
        var output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        return [.. Parts(output).Zip(Parts(notes.GetAwaiter().GetResult()), (o, n) => new TypedResult(int.Parse(o.After, CultureInfo.InvariantCulture), o.Lines, n.Lines))];
    }

    private static IEnumerable<(List<string> Lines, string After)> Parts(string text)
    {
        var lines = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            if (!line.StartsWith(Mark, StringComparison.Ordinal))
            {
                lines.Add(line.TrimEnd());
                continue;
            }

            while (lines is [.., ""]) lines.RemoveAt(lines.Count - 1);
            yield return (lines, line[Mark.Length..].Trim());
            lines = [];
        }
    }
}
