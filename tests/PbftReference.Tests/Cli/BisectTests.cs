using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>The first step after which something holds, and why it came to be.</summary>
public sealed class BisectTests(InspectedRun run) : IClassFixture<InspectedRun>
{
    [Theory]
    [InlineData("executed >= 3", "BATCH-EXECUTED n=3", "executed = 3")]
    [InlineData("place[2].phase == CommittedLocal", "COMMITTED-LOCAL n=2", "place[2].phase = committed-local")]
    [InlineData("phase == ViewChanging", "VIEW-CHANGE-SENT", "phase = view-changing")]
    [InlineData("phase == view-changing", "VIEW-CHANGE-SENT", "phase = view-changing")]
    [InlineData("place[1].batch == null and place[1].phase == empty", "STARTED", "place[1].batch = null")]
    [InlineData("event:checkpoint-stable", "CHECKPOINT-STABLE", "")]
    [InlineData("low > 0 and not (view == 0 or replica < 0)", "CHECKPOINT-STABLE", "low = ")]
    public void The_first_step_is_found_after_which_a_predicate_holds(string predicate, string transition, string value)
    {
        var found = Pbft.Succeed("bisect", run.Directory, "--until", predicate).Output;

        Assert.Contains(transition, found, StringComparison.Ordinal);
        Assert.Contains(value, found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_is_named_by_as_much_of_it_as_the_outputs_show()
    {
        var digest = Pbft.Succeed("log", "show", run.Directory, "--only", "committed-local", "--seq", "2").Output.Split("n=2 d=")[1][..8];

        foreach (var named in (string[])[digest, digest.ToUpperInvariant()])
        {
            var found = Pbft.Succeed("bisect", run.Directory, "--until", $"place[2].batch == {named} and place[2].phase == committed-local").Output;
            Assert.Contains($"COMMITTED-LOCAL n=2 d={digest}", found, StringComparison.Ordinal);
            Assert.Matches($"place\\[2\\].batch =\n    {digest}[0-9a-f]{{56}}\n", found);
        }
    }

    [Fact]
    public void Before_that_step_the_predicate_does_not_hold()
    {
        var found = JObject.Parse(Pbft.Succeed("bisect", run.Directory, "--until", "executed>=4", "--replica", "2", "--json").Output);
        var revision = (long)found["revision"]!;

        Assert.Contains("last executed 4", Pbft.Succeed("state", run.Directory, "--replica", "2", "--at", $"{revision}").Output, StringComparison.Ordinal);
        Assert.Contains("last executed 3", Pbft.Succeed("state", run.Directory, "--replica", "2", "--at", $"{revision - 1}").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agreement")]
    [InlineData("invariant")]
    [InlineData("executed > 1000000")]
    public void What_never_holds_is_unknown(string predicate)
    {
        var result = Pbft.Run("bisect", run.Directory, "--until", predicate);
        Assert.Equal((ExitCodes.Unknown, "it holds after no step of this log\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public void Two_replicas_that_decide_differently_are_found_with_what_each_decided()
    {
        // replica 0 of one run and replica 1 of another, in which the same places hold other batches
        using var temporary = new TemporaryDirectory();
        var (one, other) = (Path.Combine(temporary.Path, "one"), Path.Combine(temporary.Path, "other"));
        Pbft.Succeed("run", "--seed", "1", "--operations", "3", "--faults", "none", "--log", one);
        Pbft.Succeed("run", "--seed", "2", "--operations", "3", "--faults", "none", "--log", other);
        var mixed = Path.Combine(temporary.Path, "mixed");
        Directory.CreateDirectory(mixed);
        File.Copy(RunDirectory.ManifestPath(one), RunDirectory.ManifestPath(mixed));
        using (var store = RunDirectory.CreateLog(mixed))
        {
            Copy(one, "replica-sim.0", store);
            Copy(other, "replica-sim.1", store);
        }

        var found = Pbft.Succeed("bisect", mixed, "--until", "agreement").Output;

        Assert.Contains("COMMITTED-LOCAL n=1", found, StringComparison.Ordinal);
        Assert.Matches("place 1: decided [0-9a-f]{8}, and replica [01] had decided [0-9a-f]{8}", found);
        Assert.Contains("differ", Pbft.Run("trace", "diff", mixed, "--of", "0", "--with", "1").Output, StringComparison.Ordinal);
        Assert.Contains("CONFLICT committed 1:", Pbft.Run("trace", "diff", mixed, "--of", "0", "--with", "1").Output, StringComparison.Ordinal);
    }

    private static void Copy(string from, string stream, IEventStore store)
    {
        using var log = RunDirectory.OpenLog(from);
        store.Append(stream, -1, [.. log.Read(stream).Select(item => new EventToAppend(item.Id, item.Type, item.Data, item.Metadata))]);
    }

    [Theory]
    [InlineData("viev >= 2", "there is no field 'viev'")]
    [InlineData("view >", "a value is missing")]
    [InlineData("view is 2", "'is' stands where")]
    [InlineData("(view == 2", "a bracket is not closed")]
    [InlineData("view == 2 3", "'3' is one too many")]
    [InlineData("event:comitted-local", "did you mean committed-local?")]
    [InlineData("phase > normal", "phase has no order")]
    [InlineData("phase == nrmal", "one of recovering, normal, view-changing, halted")]
    [InlineData("place[2].phase == normal", "one of empty, pre-prepared, prepared, committed-local")]
    [InlineData("executed >= three", "'three' is no value of executed, which is a whole number")]
    [InlineData("active == 1", "which is true or false")]
    [InlineData("service == ab", "a digest's first 8 hexadecimal digits or more, or null")]
    [InlineData("service < 12345678", "service has no order")]
    public void What_is_no_predicate_is_told(string predicate, string why)
    {
        var result = Pbft.Run("bisect", run.Directory, "--until", predicate);
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(why, result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Why_a_batch_was_decided_is_a_quorum_of_commits_and_a_chain_down_to_a_request()
    {
        var why = Pbft.Succeed("why", run.Directory, "2:seq:3:committed-local").Output;

        Assert.Contains("COMMITTED-LOCAL n=3", why, StringComparison.Ordinal);
        Assert.Contains("commits, 3 needed:", why, StringComparison.Ordinal);
        Assert.Contains("source  paper 4.2", why, StringComparison.Ordinal);
        Assert.Contains("sent the commit", why, StringComparison.Ordinal);
        Assert.Contains("it began: ", why, StringComparison.Ordinal);
        Assert.All(why.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void Each_cause_comes_before_what_it_caused()
    {
        var document = JObject.Parse(Pbft.Succeed("why", run.Directory, "1:seq:2:executed", "--json").Output);
        var times = document["causes"]!.Where(c => c["revision"]!.Type != JTokenType.Null)
            .Select(c => (long)JObject.Parse(Pbft.Succeed("log", "show", run.Directory, "--replica", $"{c["replica"]}", "--at", $"{c["revision"]}", "--json").Output)["time"]!).ToList();

        Assert.NotEmpty(times);
        Assert.Equal(times.OrderDescending(), times);
    }

    [Theory]
    [InlineData("2", "names no step")]
    [InlineData("x:3", "names no step")]
    [InlineData("9:3", "the cluster has replicas 0 to 3")]
    [InlineData("1:999999", "nothing is at '999999'")]
    public void What_is_no_step_is_told(string step, string why) => Assert.Contains(why, Pbft.Run("why", run.Directory, step).Notes, StringComparison.Ordinal);
}
