using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// Reports an older stable checkpoint than it has, and for every place the oldest certificate that it ever saw, so that a new primary
/// that does not look for the highest view takes what is long overtaken.
/// </summary>
public sealed class LieViewChange(SeededRandom random) : AlterViewChange
{
    private readonly SortedDictionary<SequenceNumber, PreparedCertificate> _oldest = [];
    private CheckpointCertificate? _stable;

    /// <inheritdoc/>
    public override string Name => "lie-view-change";

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame)
    {
        switch (KindOf(frame))
        {
            case MessageKind.ViewChange when TryRead<ViewChange>(frame) is { } m: Note(m.Prepared); break;
            case MessageKind.CommitProof when TryRead<CommitProof>(frame) is { } m: Note([m.Prepared]); break;
            case MessageKind.Commit: NoteOwn(); break;
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

    private void NoteOwn()
    {
        if (Context.State is not { } state) return;
        if (_stable is null || random.Chance(20_000)) _stable = state.Stable;
        foreach (var slot in state.Window)
        {
            if (slot.Certificate is { } certificate && !_oldest.ContainsKey(slot.SequenceNumber)) Note([certificate]);
        }
    }

    /// <inheritdoc/>
    protected override ViewChange Alter(ViewChange viewChange)
    {
        var stable = random.Chance(500_000) ? viewChange.Stable : OlderThan(viewChange.Stable);
        var certificates = new SortedDictionary<SequenceNumber, PreparedCertificate>();
        foreach (var certificate in viewChange.Prepared) Add(certificate);
        foreach (var (_, certificate) in _oldest) Add(certificate);
        return viewChange with { Stable = stable, Prepared = [.. certificates.Values] };

        void Add(PreparedCertificate certificate)
        {
            var fits = certificate.SequenceNumber > stable.SequenceNumber
                && certificate.SequenceNumber <= stable.SequenceNumber + Context.Configuration.LogWindow
                && certificate.View < viewChange.NewView;
            if (fits) certificates[certificate.SequenceNumber] = certificate;
        }
    }

    private CheckpointCertificate OlderThan(CheckpointCertificate stable)
    {
        if (_stable is not null && _stable.SequenceNumber < stable.SequenceNumber && random.Chance(500_000)) return _stable;
        return new CheckpointCertificate(new SequenceNumber(0), StateDigests.Genesis(Context.Configuration), []);
    }
}
