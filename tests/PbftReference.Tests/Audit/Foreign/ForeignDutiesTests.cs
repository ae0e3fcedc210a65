using PbftReference.Audit.Verification;
using PbftReference.EventLog.Trace;
using Xunit;
using static PbftReference.Tests.Audit.Foreign.HandMadeTrace;

namespace PbftReference.Tests.Audit.Foreign;

/// <summary>What a replica whose steps are in a trace leaves undone. It may take its time, up to the last moment or to what is declared.</summary>
public sealed class ForeignDutiesTests : IDisposable
{
    private readonly ForeignTraces _traces = new();

    [Theory]
    [InlineData("osdi99")]
    [InlineData("fabric-pq")]
    public void Replicas_that_do_one_thing_a_step_conform_unless_less_was_declared(string profile)
    {
        Assert.Equal(0, _traces.Verify("one-by-one", profile).Code);
        Assert.Equal(0, _traces.Verify("one-by-one", profile, options: ["--within", "2"]).Code);
        var (code, json) = _traces.Verify("one-by-one", profile, options: ["--within", "1"]);
        var first = json["violations"]![0]!;
        Assert.Equal((1, "LCommit", "NothingLeftUndone"), (code, (string)first["action"]!, (string)first["guard"]!));
        Assert.Equal("LCommit", (string)first["enabled"]![0]!["action"]!);
    }

    [Fact]
    public void A_replica_that_does_at_once_what_it_can_may_be_held_to_that() =>
        Assert.Equal(0, _traces.Verify("good", options: ["--within", "0"]).Code);

    [Fact]
    public void A_commit_that_is_not_sent_before_a_checkpoint_over_its_place_is_stable()
    {
        var (code, json) = _traces.Verify("no-commit");
        var first = Assert.Single(json["violations"]!);
        Assert.Equal((1, 2, "NothingLeftUndone"), (code, (int)first["replica"]!, (string)first["guard"]!));
        Assert.Contains("OweCommit 1: ", (string)first["values"]!, StringComparison.Ordinal);
        Assert.Contains("checkpoint 2 becomes stable without it", (string)first["values"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_is_not_signed_before_the_next_place_is_executed()
    {
        var (code, json) = _traces.Verify("no-checkpoint");
        var first = Assert.Single(json["violations"]!);
        Assert.Equal((1, 3, "NothingLeftUndone"), (code, (int)first["replica"]!, (string)first["guard"]!));
        Assert.Contains("OweCheckpoint 2: ", (string)first["values"]!, StringComparison.Ordinal);
        Assert.Equal("sign checkpoint 2", (string)first["enabled"]![0]!["text"]!);
    }

    [Fact]
    public void What_is_owed_at_the_end_of_the_trace_is_undetermined_unless_it_was_declared_when_it_is_done()
    {
        var (code, json) = _traces.Verify("unfinished");
        Assert.Equal(2, code);
        Assert.Contains("replica 1 could do OweExecute 3 since its step ", (string)Assert.Single(json["missing"]!)!, StringComparison.Ordinal);
        Assert.Equal(1, _traces.Verify("unfinished", options: ["--within", "2"]).Code);
        Assert.Equal(0, _traces.Verify("unfinished", options: ["--within", "3"]).Code);
    }

    [Fact]
    public void What_the_profile_does_not_carry_is_said_not_to_be_judged()
    {
        var unjudged = (string)Assert.Single(_traces.Verify("good").Json["unjudged"]!)!;
        Assert.Contains("join, start or enter a view: profile osdi99 carries no certificates", unjudged, StringComparison.Ordinal);
    }

    [Fact]
    public void Joining_a_view_change()
    {
        var trace = new HandMadeTrace();
        trace.Step(1, null, ViewChange(1, 1));
        trace.Step(3, null, ViewChange(3, 1));
        trace.Step(2, ViewChange(1, 1));
        trace.Step(2, ViewChange(3, 1));
        var owed = trace.Verify(within: 0);
        Assert.Equal(("NothingLeftUndone", 2), (Assert.Single(owed.Violations).Guard, owed.Violations[0].Replica.Value));
        Assert.StartsWith("OweJoin 1: ", owed.Violations[0].Values, StringComparison.Ordinal);
        Assert.Equal("ask for view 1", owed.Violations[0].Enabled[0].Text);
        trace.Step(2, null, ViewChange(2, 1));
        Assert.Empty(trace.Verify(within: 1).Violations);
    }

    [Fact]
    public void Starting_a_view_that_a_quorum_asks_for()
    {
        var trace = new HandMadeTrace();
        trace.Step(1, null, ViewChange(1, 1));
        trace.Step(2, null, ViewChange(2, 1));
        trace.Step(3, null, ViewChange(3, 1));
        trace.Step(1, ViewChange(2, 1));
        trace.Step(1, ViewChange(3, 1));
        var owed = Assert.Single(trace.Verify(within: 0).Violations);
        Assert.StartsWith("OweNewView 1: ", owed.Values, StringComparison.Ordinal);
        trace.Step(1, null, NewView(1, [ViewChange(1, 1), ViewChange(2, 1), ViewChange(3, 1)]));
        Assert.Empty(trace.Verify(within: 1).Violations);
    }

    [Fact]
    public void After_a_new_view_has_come_nothing_of_the_old_view_is_owed()
    {
        var (a, b) = (BatchOf("A", 1), NewView(1, [ViewChange(0, 1), ViewChange(1, 1), ViewChange(3, 1)]));
        var proposal = PrePrepare(0, a);
        var trace = new HandMadeTrace();
        trace.Step(1, null, ViewChange(1, 1));
        trace.Step(3, proposal, Prepare(3, proposal));
        trace.Step(3, null, ViewChange(3, 1));
        trace.Step(1, ViewChange(0, 1));
        trace.Step(1, ViewChange(3, 1), b);
        trace.Step(2, proposal, Prepare(2, proposal));
        trace.Step(2, b);
        trace.Step(2, Prepare(3, proposal));
        Assert.Empty(trace.Verify(within: 0).Violations);
    }

    [Fact]
    public void After_a_commit_proof_has_come_no_commit_is_owed_at_its_place()
    {
        var proposal = PrePrepare(0, BatchOf("A", 1));
        var trace = new HandMadeTrace();
        foreach (var (replica, other) in ((int, int)[])[(1, 3), (3, 1)])
        {
            trace.Step(replica, proposal, Prepare(replica, proposal));
            trace.Step(replica, Prepare(other, proposal), Commit(replica, proposal));
        }

        trace.Step(2, proposal, Prepare(2, proposal));
        trace.Step(2, Proof(0, proposal, 0, 1, 3));
        trace.Step(2, Prepare(3, proposal));
        Assert.Empty(trace.Verify(within: 0).Violations);
    }

    [Fact]
    public void A_commit_proof_that_is_no_quorum_s_excuses_nobody()
    {
        var proposal = PrePrepare(0, BatchOf("A", 1));
        var trace = new HandMadeTrace();
        trace.Step(3, proposal, Prepare(3, proposal));
        trace.Step(2, proposal, Prepare(2, proposal));
        trace.Step(2, Proof(0, proposal, 0));
        trace.Step(2, Prepare(3, proposal));
        Assert.StartsWith("OweCommit 1: ", Assert.Single(trace.Verify(within: 0).Violations).Values, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_replica_did_first_is_told_first_though_it_was_found_last()
    {
        var (proposal, other) = (PrePrepare(0, BatchOf("A", 1)), PrePrepare(0, BatchOf("B", 2)));
        var trace = new HandMadeTrace();
        trace.Step(1, proposal, Prepare(1, proposal));
        // replica 2 never sent this, which shows when it is read to its end; and it is not, before replica 1 sends what nobody proposed
        trace.Step(1, Prepare(2, proposal));
        trace.Step(1, null, Commit(1, other));
        trace.Step(2, Commit(1, other));
        Assert.Equal([(1, 2L, "SentByItsSender"), (1, 3L, "ProposalStands")], trace.Verify().Violations.Select(v => (v.Replica.Value, v.Revision, v.Guard)));
    }

    [Fact]
    public void A_statement_that_is_passed_on_is_held_against_nobody_where_only_direct_messages_are_authenticated()
    {
        var proposal = PrePrepare(0, BatchOf("A", 1));
        var trace = new HandMadeTrace();
        // replicas 2 and 3 never voted: replica 0, which is faulty, made it up
        trace.Step(1, ViewChange(0, 1, Certificate(proposal, 0, 2, 3)));
        Assert.Contains(trace.Verify().Violations, violation => violation.Guard == "SentByItsSender");
        var report = trace.Verify(TraceAuthentication.Macs);
        Assert.Empty(report.Violations);
        Assert.Equal(Verdict.Undetermined, report.Verdict);
        Assert.Contains(report.Missing, missing => missing.Contains("with MACs whoever passes a statement on can have made it up", StringComparison.Ordinal));
    }

    public void Dispose() => _traces.Dispose();
}
