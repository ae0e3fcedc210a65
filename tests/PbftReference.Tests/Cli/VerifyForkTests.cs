using Newtonsoft.Json.Linq;
using PbftReference.Audit.Verification;
using PbftReference.Core.Types;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>More liars than f: each correct replica follows the specification by itself, and whoever verifies is told that they part.</summary>
public sealed class VerifyForkTests : IDisposable
{
    private static readonly string[] NewViewFork =
    [
        "--replicas", "7", "--faulty", "1:betray-new-view,2:accomplice,3:accomplice,4:accomplice,5:accomplice",
        "--partition", "0,1,2,3,4,5|6@0-100", "--partition", "0|1,2,3,4,5,6@100-9000",
    ];

    private static readonly string[] TwinsFork = ["--faulty", "0:twins-apart,1:twins-apart", "--partition", "0,1,2|0,1,3@0-4000"];

    private readonly TemporaryDirectory _temporary = new();

    private string Log => Path.Combine(_temporary.Path, "the run");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Correct_replicas_that_liars_let_execute_different_batches_conform_and_the_place_is_told_with_the_command_that_names_the_liars()
    {
        Run(NewViewFork);

        var result = Pbft.Succeed("verify", Log);

        var there = Array.FindIndex(result.Lines, line => line.StartsWith("the executions differ at 1: replica 0 decided batch ", StringComparison.Ordinal));
        Assert.Contains("replica 6 the null request. Who is to blame is told by:", string.Join(' ', result.Lines[there..(there + 2)].Select(line => line.Trim())), StringComparison.Ordinal);
        Assert.Equal($"  pbft audit '{Log}'", result.Lines[there + 2]);
        Assert.StartsWith("conforms: ", result.Lines[there + 3], StringComparison.Ordinal);
        Assert.EndsWith("did not decide the same", result.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("guilty: ", Pbft.Run("audit", Log, "--summary").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_has_the_same_difference_as_the_audit()
    {
        Run(NewViewFork);

        var verified = JObject.Parse(Pbft.Succeed("verify", Log, "--json").Output);
        var conflict = JObject.Parse(Pbft.Run("audit", Log, "--json").Output)["conflicts"]![0]!;

        var differ = verified["decisionsDiffer"]!;
        Assert.Equal("conforms", (string)verified["verdict"]!);
        Assert.True((bool)differ["executed"]!);
        Assert.Equal((string)conflict["sequenceNumber"]!, (string)differ["sequenceNumber"]!);
        Assert.Equal([0, 6], new[] { differ["one"]!, differ["other"]! }.Select(side => (int)side["replica"]!).Order());
        Assert.Equal(1, new[] { differ["one"]!, differ["other"]! }.Count(side => side["batch"]!.Type == JTokenType.Null));
    }

    [Fact]
    public void Decisions_that_nobody_came_to_execute_are_told_as_decisions_from_a_log_and_from_its_trace()
    {
        Run(TwinsFork);
        var trace = Path.Combine(_temporary.Path, "trace");
        Pbft.Succeed("trace", "export", Log, "-o", trace);

        foreach (var source in (string[])[Log, trace])
        {
            var result = Pbft.Succeed("verify", source, "--expect", "committed>=1");
            Assert.Contains("the decisions differ at 1: replica 2 decided batch ", result.Output, StringComparison.Ordinal);
            Assert.Contains("pbft audit", result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_is_said_of_a_run_in_which_all_decided_the_same()
    {
        Run(["--faulty", "0:equivocate"]);

        Assert.DoesNotContain("differ", Pbft.Succeed("verify", Log).Output, StringComparison.Ordinal);
        Assert.Equal(JTokenType.Null, JObject.Parse(Pbft.Succeed("verify", Log, "--json").Output)["decisionsDiffer"]!.Type);
    }

    [Fact]
    public void Of_several_places_the_lowest_counts_in_whatever_order_they_are_read()
    {
        var decided = new DecidedBatches();
        foreach (var (replica, place, batch) in ((int, long, byte)[])[(0, 9, 1), (0, 5, 1), (0, 7, 1), (1, 9, 2), (1, 7, 1), (2, 5, 3)])
        {
            decided.Add(new ReplicaId(replica), new SequenceNumber(place), Digest.Of([batch]));
        }

        Assert.Equal(new DifferentDecisions(new SequenceNumber(5), new ReplicaId(0), Digest.Of([1]), new ReplicaId(2), Digest.Of([3])), decided.Different);
    }

    private void Run(string[] options) => Pbft.Run(["run", "--faults", "none", "--operations", "200", .. options, "--log", Log]);
}
