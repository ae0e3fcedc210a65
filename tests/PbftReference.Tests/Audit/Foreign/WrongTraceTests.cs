using Newtonsoft.Json.Linq;
using PbftReference.Tests.Cli;
using PbftReference.Tests.EventLog.Stores;
using VerifyXunit;
using Xunit;
using static PbftReference.Tests.Audit.Foreign.HandMadeTrace;

namespace PbftReference.Tests.Audit.Foreign;

/// <summary>
/// Two classic mistakes, as traces in snapshots/traces-wrong: each ends with correct replicas that executed, or may execute, different
/// batches at place 1, and is refused where the mistake is made, long before.
/// </summary>
public sealed class WrongTraceTests
{
    private const string Directory = "../../../../snapshots/traces-wrong";

    [Fact]
    public async Task A_new_view_that_takes_any_certificate()
    {
        var trace = AnyCertificate();
        await Verifier.Verify(trace.ToText().TrimEnd('\n'), "log").UseDirectory(Directory).UseFileName("any-certificate");
        var first = Refused("any-certificate");
        Assert.Equal((2, "new-view-sent", "LNewView", "NewViewValid"), First(first));
    }

    [Fact]
    public async Task A_primary_whose_prepare_is_counted()
    {
        var trace = PrimaryCounted();
        await Verifier.Verify(trace.ToText().TrimEnd('\n'), "log").UseDirectory(Directory).UseFileName("primary-counted");
        var first = Refused("primary-counted");
        Assert.Equal((2, "commit-sent", "LCommit", "PreparedCertificateValid"), First(first));
        Assert.Contains("votes of 0 2, a quorum is 3", (string)first["values"]!, StringComparison.Ordinal);
    }

    private static (int Replica, string Event, string Action, string Guard) First(JToken first) =>
        ((int)first["replica"]!, (string)first["event"]!, (string)first["action"]!, (string)first["guard"]!);

    // What the file itself is judged to be.
    private static JToken Refused(string name)
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(RepositoryRoot.Path, "snapshots", "traces-wrong", $"{name}.verified.log");
        var result = Pbft.Run("verify", file, "--json", "--prefix", Path.Combine(directory.Path, "prefix.jsonl"));
        Assert.Equal(1, result.ExitCode);
        return JObject.Parse(result.Output)["violations"]![0]!;
    }

    // View 0: replica 2 prepares A, and nobody commits it. View 1: replica 0 conceals that, and B is committed and executed at 1 and 3.
    // View 2: there are a certificate of view 0 for A and one of view 1 for B, and the primary, replica 2, takes the one for A.
    private static HandMadeTrace AnyCertificate()
    {
        var trace = new HandMadeTrace();
        var (a, b) = (BatchOf("A", 1), BatchOf("B", 2));
        var proposalA = PrePrepare(0, a);
        trace.Step(2, proposalA, Prepare(2, proposalA));
        trace.Step(3, proposalA, Prepare(3, proposalA));
        trace.Step(2, Prepare(3, proposalA), Commit(2, proposalA));

        var (wish0, wish1, wish3) = (ViewChange(0, 1), ViewChange(1, 1), ViewChange(3, 1));
        var view1 = NewView(1, [wish0, wish1, wish3]);
        trace.Step(1, null, wish1);
        trace.Step(3, null, wish3);
        trace.Step(1, wish0);
        trace.Step(1, wish3, view1);
        var proposalB = PrePrepare(1, b, view1);
        trace.Step(1, b.Requests[0].Statement, proposalB);
        trace.Step(3, view1);
        trace.Step(3, proposalB, Prepare(3, proposalB));
        foreach (var (replica, other) in ((int, int)[])[(1, 3), (3, 1)])
        {
            if (replica == 1) trace.Step(1, Prepare(3, proposalB));
            trace.Step(replica, Prepare(0, proposalB), Commit(replica, proposalB));
            trace.Step(replica, Commit(0, proposalB));
            trace.Execute(replica, Commit(other, proposalB), b);
        }

        var of2 = ViewChange(2, 2, Certificate(proposalA, 0, 2, 3));
        var of3 = ViewChange(3, 2, Certificate(proposalB, 0, 1, 3));
        var of0 = ViewChange(0, 2);
        trace.Step(2, null, of2);
        trace.Step(3, null, of3);
        trace.Step(2, view1);
        trace.Step(2, of0);
        var view2 = NewView(2, [of0, of2, of3], a);
        var carriedA = PrePrepare(2, a, view2);
        trace.Step(2, of3, view2, carriedA);
        trace.Step(3, view2);
        trace.Step(3, carriedA, Prepare(3, carriedA));
        foreach (var (replica, other) in ((int, int)[])[(2, 3), (3, 2)])
        {
            if (replica == 2) trace.Step(2, Prepare(3, carriedA));
            trace.Step(replica, Prepare(0, carriedA), Commit(replica, carriedA));
            trace.Step(replica, Commit(0, carriedA));
            if (replica == 2) trace.Execute(2, Commit(other, carriedA), a);
        }

        return trace;
    }

    // View 0: replica 0 proposes D to 1 and 3 and E to 2, and sends "prepares" for both. Replicas 1 and 3 execute D; replica 2 counts the
    // primary's prepare beside its pre-prepare and commits E. View 1: there are two certificates of one view, and E is taken.
    private static HandMadeTrace PrimaryCounted()
    {
        var trace = new HandMadeTrace();
        var (d, e) = (BatchOf("D", 1), BatchOf("E", 2));
        var (proposalD, proposalE) = (PrePrepare(0, d), PrePrepare(0, e));
        trace.Step(1, proposalD, Prepare(1, proposalD));
        trace.Step(3, proposalD, Prepare(3, proposalD));
        foreach (var (replica, other) in ((int, int)[])[(1, 3), (3, 1)])
        {
            trace.Step(replica, Prepare(other, proposalD), Commit(replica, proposalD));
            trace.Step(replica, Commit(0, proposalD));
            trace.Execute(replica, Commit(other, proposalD), d);
        }

        trace.Step(2, proposalE, Prepare(2, proposalE));
        trace.Step(2, Prepare(0, proposalE), Commit(2, proposalE));
        var of0 = ViewChange(0, 1);
        var of1 = ViewChange(1, 1, Certificate(proposalD, 0, 1, 3));
        var of2 = ViewChange(2, 1, Certificate(proposalE, 0, 2));
        trace.Step(1, null, of1);
        trace.Step(2, null, of2);
        trace.Step(1, of0);
        trace.Step(1, of2, NewView(1, [of0, of1, of2], e));
        return trace;
    }
}
