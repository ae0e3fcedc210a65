using System.Collections.Immutable;
using System.Text;
using PbftReference.Core.Effects;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Host.Replicas;

/// <summary>State transfer where checkpoints follow each other faster than their pages travel.</summary>
public sealed class FetchedCheckpoints
{
    private static readonly ReplicaId Source = new(0);
    private static readonly ReplicaId Behind = new(3);

    private readonly ServiceRunner _source = new(new LedgerService(), 64);
    private long _executed;

    [Fact]
    public void A_checkpoint_that_a_replica_asks_for_is_kept_for_it_until_it_asks_for_another()
    {
        var first = KeepNext();
        Assert.NotNull(Ask(Behind, first));
        var second = KeepNext();
        _source.Discard(new DiscardCheckpoints(second.SequenceNumber));

        Assert.NotNull(Ask(Behind, first, page: 0));
        Assert.Null(Ask(new ReplicaId(2), first, page: 0));

        Assert.NotNull(Ask(Behind, second));
        Assert.Null(Ask(Behind, first, page: 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pages_that_came_for_an_earlier_checkpoint_are_at_hand_for_a_later_one_if_the_transfer_goes_on(bool goesOn)
    {
        var first = KeepNext();
        var manifest = (StateManifest)Ask(Behind, first)!;
        var behind = new ServiceRunner(new LedgerService(), 64);
        var missing = behind.Stage(new StageState(manifest.SequenceNumber, manifest.ClientPages, manifest.ServicePages)).Missing;
        Assert.NotEmpty(missing);
        behind.Store(new StorePages(first.SequenceNumber, [.. missing.SelectMany(page => ((StatePages)Ask(Behind, first, page)!).Pages)]));

        // of the later checkpoint nothing has changed but the place
        var later = new StageState(new SequenceNumber(first.SequenceNumber.Value + 10), manifest.ClientPages, manifest.ServicePages, goesOn);

        Assert.Equal(goesOn ? [] : missing.ToArray(), behind.Stage(later).Missing.ToArray());
    }

    private TakeCheckpoint KeepNext()
    {
        for (var i = 0; i < 200; i++)
        {
            _executed++;
            ImmutableArray<Request> requests = [new Request(new ClientId(0), new Timestamp(_executed), [.. Encoding.UTF8.GetBytes($"operation {_executed}")])];
            _source.Run(new Execute(new SequenceNumber(_executed), requests));
        }

        var n = new SequenceNumber(_executed);
        var clients = ClientTable.Empty(64);
        var kept = new TakeCheckpoint(n, StateDigests.Of(n, clients.PageDigests().AsSpan(), _source.Service.Digest), clients);
        _source.Keep(kept);
        return kept;
    }

    private ReplicaMessage? Ask(ReplicaId replica, TakeCheckpoint checkpoint, int? page = null) =>
        _source.Answer(new SendState(replica, checkpoint.SequenceNumber, checkpoint.StateDigest, page is { } index ? [index] : []), Source);
}
