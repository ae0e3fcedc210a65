using System.Collections.Immutable;
using PbftReference.Audit.Verification;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>The join forgets what is over, and what is forgotten changes no verdict.</summary>
public sealed class JoinMemoryTests
{
    private static readonly Digest Other = Digest.Of([1, 2, 3]);

    [Fact]
    public void Four_times_the_log_takes_no_more_memory()
    {
        var (shorter, longer) = (Joined(RecordedRun.Long(800)), Joined(RecordedRun.Long(3200)));
        Assert.Empty(longer.Violations);
        Assert.True(longer.VerdictOf(new ReplicaId(0)).Counts["records"] > 3 * shorter.VerdictOf(new ReplicaId(0)).Counts["records"]);
        Assert.True(longer.Remembered < 1.5 * shorter.Remembered, $"{longer.Remembered} are remembered, of the shorter log {shorter.Remembered}");
    }

    [Fact]
    public void An_old_certificate_that_is_passed_on_late_is_looked_up_in_a_second_reading()
    {
        var run = WithOldCheckpoint(certificate => certificate);
        Assert.Equal(3, OnceOver(run).Late.Count);
        var join = Joined(run);
        Assert.Empty(join.Late);
        Assert.Empty(join.Violations);
        Assert.Empty(join.Missing);
    }

    [Fact]
    public void An_old_certificate_that_nobody_signed_is_found_however_late_it_is_passed_on()
    {
        var run = WithOldCheckpoint(certificate => certificate with { StateDigest = Other });
        Assert.Equal(3, OnceOver(run).Late.Count);
        var join = Joined(run);
        Assert.Equal(["SentByItsSender", "SentByItsSender", "SentByItsSender"], join.Violations.Select(violation => violation.Guard));
        Assert.Equal([0, 1, 2], join.Violations.Select(violation => violation.Sender!.Value.Value).Order());
    }

    // Replica 3 is faulty, and asks for a view with a checkpoint that was over long ago; it reaches replica 1 at its end.
    private static RecordedRun WithOldCheckpoint(Func<CheckpointCertificate, CheckpointCertificate> change)
    {
        var run = RecordedRun.Long(800);
        var (step, at) = run.Find<CheckpointSent>(1);
        var sent = (CheckpointSent)run.Steps(1)[step].Events[at];
        ImmutableArray<Vote> votes = [.. Enumerable.Range(0, 3).Select(i => new Vote(new ReplicaId(i), Signature.Own))];
        var viewChange = new ViewChange(new ViewNumber(1), change(new CheckpointCertificate(sent.SequenceNumber, sent.StateDigest, votes)), [], new ReplicaId(3));
        run.Steps(1).Add(new Step(new MessageReceived(viewChange, Signature.Own), [new ViewChangeAccepted(viewChange, Signature.Own)], null, []));
        return run;
    }

    private static LogJoin Joined(RecordedRun run) => LogJoin.Of(run.Configuration, run.Histories(0, 1, 2), IsFaulty);

    private static LogJoin OnceOver(RecordedRun run)
    {
        var join = new LogJoin(new SpecTranslation(run.Configuration), run.Histories(0, 1, 2), IsFaulty);
        join.Run();
        return join;
    }

    private static bool IsFaulty(ReplicaId replica) => replica.Value == 3;
}
