using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// Hoards certificates: for some places it keeps its votes to itself, so that perhaps nobody else is prepared, and says nothing of it in
/// its view-change. Once the place is prepared anew in a later view it comes out with the old certificate, which a new primary that does
/// not look for the highest view takes. It also reports an older stable checkpoint than it has.
/// </summary>
public sealed class LieViewChange(SeededRandom random) : AlterViewChange
{
    private readonly SortedDictionary<(ViewNumber View, SequenceNumber SequenceNumber), bool> _withheld = [];
    private readonly SortedDictionary<SequenceNumber, PreparedCertificate> _oldest = [];
    private CheckpointCertificate? _stable;

    /// <inheritdoc/>
    public override string Name => "lie-view-change";

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        var withheld = KindOf(frame) switch
        {
            MessageKind.Prepare when Read<Prepare>(frame) is var m => IsWithheld(m.View, m.SequenceNumber),
            MessageKind.Commit when Read<Commit>(frame) is var m => IsWithheld(m.View, m.SequenceNumber),
            _ => false,
        };
        if (withheld) Hoard();
        else base.OnSend(to, frame);
    }

    private bool IsWithheld(ViewNumber view, SequenceNumber n)
    {
        if (!_withheld.TryGetValue((view, n), out var withheld)) _withheld.Add((view, n), withheld = random.Chance((view.Value & 1) == 0 ? 600_000 : 100_000));
        return withheld;
    }

    private void Hoard()
    {
        Act();
        if (Context.State is not { } state) return;
        if (_stable is null || random.Chance(20_000)) _stable = state.Stable;
        foreach (var slot in state.Window)
        {
            if (slot.Certificate is { } certificate) Note([certificate]);
        }
    }

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame)
    {
        switch (KindOf(frame))
        {
            case MessageKind.ViewChange when TryRead<ViewChange>(frame) is { } m: Note(m.Prepared); break;
            case MessageKind.CommitProof when TryRead<CommitProof>(frame) is { } m: Note([m.Prepared]); break;
            default: break;
        }

        return true;
    }

    private void Note(ImmutableArray<PreparedCertificate> certificates)
    {
        foreach (var certificate in certificates)
        {
            if (_oldest.TryGetValue(certificate.SequenceNumber, out var known) && known.View <= certificate.View) continue;
            _oldest[certificate.SequenceNumber] = certificate;
        }
    }

    /// <inheritdoc/>
    protected override ViewChange Alter(ViewChange viewChange)
    {
        Note(viewChange.Prepared);
        var stable = random.Chance(700_000) ? viewChange.Stable : OlderThan(viewChange.Stable);
        var high = stable.SequenceNumber + Context.Configuration.LogWindow;
        var told = viewChange.Prepared.Where(c => c.SequenceNumber <= high).Select(Told).OfType<PreparedCertificate>();
        return viewChange with { Stable = stable, Prepared = [.. told] };
    }

    /// <summary>The oldest certificate for a place that has a newer one; nothing of a place that nobody else may know of.</summary>
    private PreparedCertificate? Told(PreparedCertificate certificate)
    {
        var oldest = _oldest[certificate.SequenceNumber];
        if (oldest.View < certificate.View) return oldest;
        return IsWithheld(certificate.View, certificate.SequenceNumber) ? null : certificate;
    }

    private CheckpointCertificate OlderThan(CheckpointCertificate stable)
    {
        if (_stable is not null && _stable.SequenceNumber < stable.SequenceNumber && random.Chance(500_000)) return _stable;
        return new CheckpointCertificate(new SequenceNumber(0), StateDigests.Genesis(Context.Configuration), []);
    }
}
