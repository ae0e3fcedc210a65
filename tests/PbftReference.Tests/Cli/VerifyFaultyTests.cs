using Newtonsoft.Json.Linq;
using PbftReference.Tests.Audit.Foreign;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>Who is taken as faulty by <c>pbft verify</c> is said, with the reason.</summary>
public sealed class VerifyFaultyTests : IDisposable
{
    private readonly ForeignTraces _traces = new();

    [Fact]
    public void A_replica_without_steps_is_taken_as_faulty_and_that_is_said()
    {
        var file = WithoutStepsOf(3);
        var result = Pbft.Run("verify", file);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("taken as faulty is replica 3: the trace holds no step of it", result.Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", result.Notes, StringComparison.Ordinal);
        var json = JObject.Parse(Pbft.Run("verify", file, "--json").Output);
        Assert.Equal([3], json["faulty"]!.Select(replica => (int)replica));
        Assert.Equal("no-steps", (string)json["faultyBecause"]!.Single()["why"]!);
    }

    [Fact]
    public void More_faulty_replicas_than_f_are_warned_of()
    {
        var notes = Pbft.Run("verify", WithoutStepsOf(2, 3)).Notes;
        Assert.Contains("taken as faulty are replicas 2, 3: the trace holds no step of them", notes, StringComparison.Ordinal);
        Assert.Contains("warning: 2 replicas are taken as faulty, and f is 1", notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_that_is_taken_as_faulty_has_its_reason_in_the_document()
    {
        var json = JObject.Parse(Pbft.Run("verify", WithoutStepsOf(3), "--json", "--faulty", "1").Output);
        Assert.Equal(["1 named", "3 no-steps"], json["faultyBecause"]!.Select(one => $"{one["replica"]} {one["why"]}"));
    }

    [Fact]
    public void Where_all_are_correct_nothing_is_said_of_faulty_ones() =>
        Assert.DoesNotContain("taken as faulty", Pbft.Run("verify", _traces.Write("good")).Notes, StringComparison.Ordinal);

    private string WithoutStepsOf(params int[] replicas)
    {
        var lines = File.ReadAllLines(_traces.Write("good"));
        var file = _traces.Beside("fewer.jsonl");
        File.WriteAllLines(file, [lines[0], .. lines[1..].Where(line => !replicas.Contains((int)JObject.Parse(line)["replica"]!))]);
        return file;
    }

    public void Dispose() => _traces.Dispose();
}
