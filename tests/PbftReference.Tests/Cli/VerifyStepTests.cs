using Newtonsoft.Json.Linq;
using PbftReference.Tests.Audit.Foreign;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>What is judged in a trace without records are steps, each on a line of the file.</summary>
public sealed class VerifyStepTests : IDisposable
{
    private readonly ForeignTraces _traces = new();

    [Fact]
    public void A_violation_in_a_trace_without_records_names_the_line_of_the_file()
    {
        var file = _traces.Write("few-prepares");
        var result = Pbft.Run("verify", file, "--prefix", _traces.Beside("prefix.jsonl"));
        var json = JObject.Parse(Pbft.Run("verify", file, "--json", "--prefix", _traces.Beside("prefix.jsonl")).Output)["violations"]![0]!;
        var step = JObject.Parse(File.ReadAllLines(file)[(int)json["line"]! - 1]);
        Assert.Equal(((int)json["replica"]!, (string)json["revision"]!), ((int)step["replica"]!, (string)step["step"]!));
        Assert.Contains($"VIOLATION by replica {step["replica"]}, step {step["step"]}, {file}:{json["line"]}\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_trace_without_records_holds_are_steps()
    {
        var output = Pbft.Succeed("verify", _traces.Write("good")).Output;
        Assert.Contains("replica  steps", output, StringComparison.Ordinal);
        Assert.DoesNotContain("records", output, StringComparison.Ordinal);
    }

    public void Dispose() => _traces.Dispose();
}
