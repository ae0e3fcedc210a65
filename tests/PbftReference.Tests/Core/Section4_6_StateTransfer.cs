using System.Collections.Immutable;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>Paper section 4.6: a replica that fell behind fetches the state of a certified checkpoint page by page.</summary>
public class Section4_6_StateTransfer
{
    private static readonly ImmutableArray<byte> Page = [1, 2, 3];
    private static readonly ImmutableArray<byte> Other = [4, 5, 6];
    private static readonly ImmutableArray<Digest> Pages = [PageTree.PageDigest(Page.AsSpan()), PageTree.PageDigest(Other.AsSpan())];
    private static readonly Digest State = StateDigests.Of(new SequenceNumber(10), [], PageTree.Root(Pages.AsSpan()));

    // one signer may lie; f+1 hold a correct one
    [Fact]
    public void A_transfer_needs_f_plus_1_signers_beyond_the_high_watermark()
    {
        var given = Given.Replica(1);
        given.When(Say.From(Say.Checkpoint(10, State, 0))).Then(EventKind.CheckpointAccepted);
        given.When(Say.From(Say.Checkpoint(10, Say.Hash("lie"), 2))).Then(EventKind.CheckpointAccepted);
        given.When(Say.From(Say.Checkpoint(10, State, 3))).Then(EventKind.CheckpointAccepted, EventKind.TransferStarted)
            .ThenDoes<Send>(s => s is { To.Value: 0, Message: FetchState { Pages.IsEmpty: true } });
    }

    [Fact]
    public void A_manifest_that_does_not_give_the_certified_digest_is_refused() =>
        Started().When(Say.From(Manifest([.. Pages.Reverse()]))).ThenRefused(Refusal.WrongDigest)
            .When(Say.From(Manifest(Pages))).Then(EventKind.ManifestAccepted).ThenDoes<StageState>();

    [Fact]
    public void Only_the_pages_that_are_missing_are_asked_for() =>
        Started().After(Say.From(Manifest(Pages))).When(new StateStaged(new SequenceNumber(10), [1])).Then(EventKind.TransferStaged)
            .ThenSends<FetchState>(f => f.Pages.Single() == 1);

    [Fact]
    public void A_corrupted_page_is_refused_with_its_whole_message() =>
        Started().After(Say.From(Manifest(Pages)), new StateStaged(new SequenceNumber(10), [0, 1]))
            .When(Say.From(Answer(new StatePage(0, Page), new StatePage(1, Page)))).ThenRefused(Refusal.WrongDigest).ThenDoesNo<StorePages>()
            .When(Say.From(Answer(new StatePage(2, Page)))).ThenRefused(Refusal.WrongDigest)
            .When(Say.From(Answer(new StatePage(0, Page)))).Then(EventKind.PagesAccepted).ThenDoes<StorePages>().ThenDoesNo<InstallState>()
            .When(Say.From(Answer(new StatePage(0, Page)))).ThenRefused(Refusal.NotNeeded)
            .When(Say.From(Answer(new StatePage(1, Other)))).Then(EventKind.PagesAccepted).ThenDoes<InstallState>();

    [Fact]
    public void An_installed_state_is_executed_up_to_its_checkpoint_and_does_not_raise_h()
    {
        // of seven, three are f+1; with the own checkpoint four, one short of the quorum that raises h
        var given = Given.Replica(1, Given.Four with { Replicas = 7, Faults = 2 });
        foreach (var i in (int[])[0, 3, 4]) given.When(Say.From(Say.Checkpoint(10, State, i)));
        given.After(Say.From(Manifest(Pages)), new StateStaged(new SequenceNumber(10), []));
        given.When(new StateInstalled(new SequenceNumber(10), State, ClientTable.Empty(64), PageTree.Root(Pages.AsSpan())));
        Assert.Equal((10, 0), (given.State.LastExecuted.Value, given.State.Low.Value));
        given.Then(EventKind.TransferCompleted, EventKind.CheckpointSent);
        Assert.Equal(State, given.State.OwnCheckpoints.Single().StateDigest);
    }

    // what f+1 signed for is checked once more where it becomes the state, whatever the host did with the pages
    [Fact]
    public void A_replica_that_was_given_another_state_than_the_one_signed_for_halts()
    {
        var given = Started().After(Say.From(Manifest(Pages)), new StateStaged(new SequenceNumber(10), []));
        given.When(new StateInstalled(new SequenceNumber(10), State, ClientTable.Empty(64), Say.Hash("another"))).Then(EventKind.Halted);
    }

    [Fact]
    public void A_source_that_does_not_answer_is_replaced_by_the_next()
    {
        var given = Started();
        given.When(new TimerExpired(TimerKind.Transfer)).Then(EventKind.TransferStarted).ThenDoes<Send>(s => s is { To.Value: 3, Message: FetchState });
        given.When(new TimerExpired(TimerKind.Transfer)).ThenDoes<Send>(s => s is { To.Value: 0, Message: FetchState });
    }

    [Fact]
    public void Pages_and_manifests_that_nobody_asked_for_are_refused() =>
        Given.Replica(1).When(Say.From(Manifest(Pages))).ThenRefused(Refusal.NotAskedFor)
            .When(Say.From(Answer(new StatePage(0, Page)))).ThenRefused(Refusal.NotAskedFor)
            .When(new StateStaged(new SequenceNumber(10), [])).ThenRefused(Refusal.NotAskedFor)
            .When(new StateInstalled(new SequenceNumber(10), State, ClientTable.Empty(64), State)).ThenRefused(Refusal.NotAskedFor);

    [Fact]
    public void A_replica_that_missed_everything_fetches_the_state_with_its_client_table_and_goes_on()
    {
        var cluster = Behind();
        cluster.RunUntil(() => cluster[3].State.LastExecuted == cluster[0].State.LastExecuted);
        Assert.Contains(cluster[3].Events, e => e is TransferCompleted);
        Assert.Equal(cluster[0].Service.Digest, cluster[3].Service.Digest);

        // the reply cache came with it: what was executed elsewhere is neither executed again nor unanswered
        cluster.Replies.Clear();
        cluster.Submit(9, 30, "put k30 29", 3);
        Assert.Equal(3, Assert.Single(cluster.Replies).Replica.Value);
        cluster.AssertAgreement();
    }

    [Fact]
    public void A_liar_among_the_sources_cannot_spoil_a_transfer()
    {
        var cluster = Behind();
        var spoilt = new List<Refusal?>();
        var caught = new Queue<Envelope>();
        cluster.Loses = e =>
        {
            if (e.From.Value != 0 || e.Message is not StatePages pages) return false;
            caught.Enqueue(e with { Message = Spoil(pages) });
            return true;
        };
        cluster.RunUntil(() =>
        {
            while (caught.TryDequeue(out var lie))
            {
                cluster.Deliver(lie);
                spoilt.Add(cluster[3].LastRefusal);
            }

            return cluster[3].State.LastExecuted == cluster[1].State.LastExecuted;
        });
        Assert.Equal(cluster[1].Service.Digest, cluster[3].Service.Digest);
        Assert.NotEmpty(spoilt);
        Assert.All(spoilt, refusal => Assert.Equal(Refusal.WrongDigest, refusal));
    }

    // a restart loses the staged pages, not the wish
    [Fact]
    public void A_transfer_interrupted_by_a_crash_begins_anew()
    {
        var cluster = Behind();
        cluster.Loses = e => e.Message is StatePages;
        cluster.RunUntil(() => cluster[3].State.Transfer?.Missing is not null);
        cluster.Heal();
        Assert.Equal(ExecutionPhase.StateTransferring, cluster[3].State.Execution);
        cluster[3].Crash();
        cluster[3].Start();
        cluster.RunUntil(() => cluster[3].State.LastExecuted == cluster[0].State.LastExecuted);
        Assert.Equal(cluster[0].Service.Digest, cluster[3].Service.Digest);
    }

    private static StatePages Spoil(StatePages m) =>
        m with { Pages = ImmutableArray.CreateRange(m.Pages, p => p with { Content = p.Content.Add(0) }) };

    private static ReplicaCluster Behind()
    {
        var cluster = ReplicaCluster.Started();
        cluster.Isolate(3);
        var requests = Enumerable.Range(1, 30).Select(t => cluster.Submit(9, t, $"put k{t} {t - 1}", 0, 1, 2)).ToList();
        cluster.RunUntilExecuted(requests[^1], 0, 1, 2);
        cluster.Heal();
        return cluster;
    }

    private static Given Started() => Given.Replica(1).After(Say.From(Say.Checkpoint(10, State, 0)), Say.From(Say.Checkpoint(10, State, 3)));

    private static StateManifest Manifest(ImmutableArray<Digest> pages) => new(new SequenceNumber(10), [], pages, new ReplicaId(0));

    private static StatePages Answer(params StatePage[] pages) => new(new SequenceNumber(10), [.. pages], new ReplicaId(0));
}
