using PbftReference.Cli;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>A variable that is not set leaves an empty word where a path is to stand.</summary>
public sealed class EmptyPathTests
{
    [Theory]
    [InlineData("--log: it is empty; name a directory", "run", "--log", "")]
    [InlineData("--log: it is empty; name a directory", "run", "--log", "  ")]
    [InlineData("--resume: it is empty; name a directory", "run", "--resume", "")]
    [InlineData("--scenario: it is empty; name a directory", "run", "--scenario", "")]
    [InlineData("--input: it is empty; name a file", "run", "--input", "")]
    [InlineData("--log: it is empty; name a directory", "fork", "run", "--at", "0:5", "--log", "")]
    [InlineData("--log: it is empty; name a directory", "shrink", "run", "--log", "")]
    [InlineData("--log: it is empty; name a directory", "trace", "import", "trace.jsonl", "--log", "")]
    [InlineData("-o: it is empty; name a file", "trace", "export", "run", "-o", "")]
    [InlineData("--evidence: it is empty; name a directory", "audit", "run", "--evidence", "")]
    [InlineData("--genesis: it is empty; name a file", "audit", "run", "--genesis", "")]
    [InlineData("--prefix: it is empty; name a file", "verify", "run", "--prefix", "")]
    [InlineData("--cluster: it is empty; name a directory", "cluster", "status", "--cluster", "")]
    [InlineData("--config: it is empty; name a file", "config", "view", "--config", "")]
    [InlineData("LOG: it is empty; name a directory", "log", "verify", "")]
    [InlineData("LOG: it is empty; name a directory", "audit", "")]
    [InlineData("OTHER: it is empty; name a directory", "trace", "diff", "run", "")]
    [InlineData("FAILURE: it is empty; name a directory", "shrink", "", "--log", "small")]
    [InlineData("FILE: it is empty; name a file", "trace", "import", "", "--log", "run")]
    public void An_empty_path_is_refused_by_the_name_of_what_is_empty(string message, params string[] line)
    {
        var result = Pbft.Run(line);

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Equal($"pbft: {message}", result.Notes.Split('\n')[0]);
        Assert.Empty(result.Output);
    }
}
