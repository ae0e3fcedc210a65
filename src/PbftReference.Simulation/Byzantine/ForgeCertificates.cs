using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// Puts forged certificates into view-changes, new-views and proofs: with too few votes, with votes of others made up or signed with
/// its own key, moved to another view. What carries only its own good signatures passes the edge and must be refused for its shape.
/// </summary>
public sealed class ForgeCertificates(SeededRandom random) : AlterViewChange
{
    /// <inheritdoc/>
    public override string Name => "forge-certificates";

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        Repeat(random, 150, 500, Invent);
    }

    private void Invent()
    {
        if (Context.State is not { } state) return;
        Act();
        switch (random.Below(3))
        {
            case 0: Context.SendToOthers(Context.Encode(new StableProof(ForgedCheckpoint(), Context.Self))); break;
            case 1: Context.SendToOthers(Context.Encode(ForgedProof())); break;
            default: Context.SendToOthers(Context.Encode(Alter(new ViewChange(state.View.Next, state.Stable, [], Context.Self)))); break;
        }
    }

    /// <inheritdoc/>
    protected override ViewChange Alter(ViewChange viewChange)
    {
        if (random.Below(4) == 0) return viewChange with { Stable = ForgedCheckpoint(), Prepared = [] };
        var certificates = new SortedDictionary<SequenceNumber, PreparedCertificate>();
        foreach (var certificate in viewChange.Prepared) certificates[certificate.SequenceNumber] = Altered(certificate);
        var places = random.Between(1, 3);
        for (var i = 1; i <= places; i++)
        {
            var n = viewChange.Stable.SequenceNumber + i;
            certificates[n] = Forged(n, viewChange.NewView);
        }

        return viewChange with { Prepared = [.. certificates.Values] };
    }

    /// <summary>A true certificate with a vote left out, moved to another view, or left alone.</summary>
    private PreparedCertificate Altered(PreparedCertificate certificate) => random.Below(3) switch
    {
        0 => certificate with { Votes = certificate.Votes.RemoveAt(certificate.Votes.Length - 1) },
        1 => certificate with { View = new ViewNumber(certificate.View.Value + Context.Configuration.Replicas) },
        _ => certificate,
    };

    /// <summary>A certificate for a batch that does not exist, in a view of this replica's own if it had one.</summary>
    private PreparedCertificate Forged(SequenceNumber n, ViewNumber before)
    {
        var (view, newView) = OwnView(before);
        var digest = random.NextDigest();
        var primary = Context.Configuration.PrimaryOf(view);
        return new PreparedCertificate(view, n, digest, newView, Votes(voter => voter == primary
            ? new PrePrepare(view, n, digest, newView, voter, null)
            : new Prepare(view, n, digest, newView, voter)));
    }

    private (ViewNumber View, Digest NewView) OwnView(ViewNumber before)
    {
        foreach (var (digest, signed) in Context.State!.NewViews)
        {
            if (signed.Statement.Replica == Context.Self && signed.Statement.View < before) return (signed.Statement.View, digest);
        }

        return (new ViewNumber(0), Digest.None);
    }

    private CheckpointCertificate ForgedCheckpoint()
    {
        var k = Context.Configuration.CheckpointPeriod;
        var n = new SequenceNumber(((Context.State!.LastExecuted.Value / k) + random.Between(1, 3)) * k);
        var digest = random.NextDigest();
        return new CheckpointCertificate(n, digest, Votes(voter => new Checkpoint(n, digest, voter)));
    }

    private CommitProof ForgedProof()
    {
        var state = Context.State!;
        var prepared = Forged(state.LastExecuted + random.Between(1, 3), state.View.Next) with { BatchDigest = Digest.None };
        var (view, n) = (prepared.View, prepared.SequenceNumber);
        var primary = Context.Configuration.PrimaryOf(view);
        prepared = prepared with
        {
            Votes = Votes(voter => voter == primary
                ? new PrePrepare(view, n, Digest.None, prepared.NewView, voter, null)
                : new Prepare(view, n, Digest.None, prepared.NewView, voter)),
        };
        return new CommitProof(prepared, new CommitCertificate(view, n, Digest.None, Votes(voter => new Commit(view, n, Digest.None, voter))), null, Context.Self);
    }

    /// <summary>Its own vote alone; or a quorum with the others' signatures made with its own key, or made up.</summary>
    private ImmutableArray<Vote> Votes(Func<ReplicaId, Message> statement)
    {
        var own = new Vote(Context.Self, Context.Sign(statement(Context.Self)));
        var how = random.Below(4);
        if (how < 2) return [own];
        var votes = new SortedDictionary<ReplicaId, Vote> { [Context.Self] = own };
        foreach (var other in Context.Others)
        {
            if (votes.Count == Context.Configuration.Quorum) break;
            var signature = Context.Sign(statement(other));
            if (how == 3) signature = signature with { Bytes = [.. Enumerable.Range(0, Digest.Size).Select(_ => (byte)random.Below(256))] };
            votes.Add(other, new Vote(other, signature));
        }

        return [.. votes.Values];
    }
}
