using System.Text;
using PbftReference.Cli;
using PbftReference.Cli.Output;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>What a command line gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output; bytes as Latin-1.</param>
/// <param name="Notes">Standard error.</param>
public sealed record PbftResult(int ExitCode, string Output, string Notes)
{
    /// <summary>The lines of standard output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Runs command lines of pbft in this process.</summary>
public static class Pbft
{
    /// <summary>Runs one.</summary>
    public static PbftResult Run(params string[] args)
    {
        var (output, notes) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var code = Program.Run(args, new Terminal(output, notes, colour: false, interactive: false, width: 80));
        return new PbftResult(code, output.ToString(), notes.ToString());
    }

    /// <summary>Runs one that must succeed.</summary>
    public static PbftResult Succeed(params string[] args)
    {
        var result = Run(args);
        Assert.True(result.ExitCode == ExitCodes.Holds, $"pbft {string.Join(' ', args)} gave {result.ExitCode}:\n{result.Output}\n{result.Notes}");
        return result;
    }

    /// <summary>The operations that a replica executed, each as Latin-1.</summary>
    public static string[] Executed(string directory, int replica) =>
        Succeed("executed", directory, "--replica", replica.ToString(System.Globalization.CultureInfo.InvariantCulture)).Output.Split('\n')[..^1];

    /// <summary>A text as the bytes of its UTF-8, shown as Latin-1.</summary>
    public static string Raw(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
