using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// As primary, proposes different batches, all signed by their clients, for one place to different halves, and commits to both, prepared or
/// not.
/// </summary>
public sealed class Equivocate(SeededRandom random) : ByzantineBehaviour
{
    private const int RequestsKept = 64;
    private const long CommitAfter = 6;

    private readonly SortedDictionary<(ViewNumber View, SequenceNumber SequenceNumber), PrePrepare?> _second = [];
    private readonly List<Signed<Request>> _seen = [];

    /// <inheritdoc/>
    public override string Name => "equivocate";

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame)
    {
        if (_seen.Count < RequestsKept && TryReadRequest(frame) is { } request) _seen.Add(request);
        return true;
    }

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        Message? other = KindOf(frame) switch
        {
            MessageKind.PrePrepare => OtherOf(to, Read<PrePrepare>(frame)),
            MessageKind.Commit => OtherOf(to, Read<Commit>(frame)),
            _ => null,
        };
        if (other is not null) Act();
        Context.Send(to, other is null ? frame : Context.Encode(other));
    }

    private PrePrepare? OtherOf(ReplicaId to, PrePrepare m)
    {
        var place = (m.View, m.SequenceNumber);
        if (!_second.TryGetValue(place, out var second)) _second.Add(place, second = random.Chance(700_000) ? SecondOf(m) : null);
        if (second is null) return null;
        var told = IsInOtherHalf(to, m.View) ? second : m;
        Context.After(CommitAfter, () => Context.Send(to, Context.Encode(new Commit(told.View, told.SequenceNumber, told.BatchDigest, Context.Self))));
        return ReferenceEquals(told, m) ? null : told;
    }

    private Commit? OtherOf(ReplicaId to, Commit m)
    {
        var second = _second.GetValueOrDefault((m.View, m.SequenceNumber));
        return second is not null && IsInOtherHalf(to, m.View) ? m with { BatchDigest = second.BatchDigest } : null;
    }

    private static bool IsInOtherHalf(ReplicaId to, ViewNumber view) => ((to.Value + view.Value) & 1) == 1;

    private PrePrepare? SecondOf(PrePrepare m)
    {
        if (m.Batch is null) return null;
        var requests = m.Batch.Requests;
        var batch = random.Below(5) switch
        {
            0 => new Batch([.. requests.Reverse()]),
            1 => requests.Length > 1 ? new Batch(requests.RemoveAt(0)) : null,
            2 => _seen.Count > 0 ? new Batch([random.Pick(_seen)]) : null,
            3 => new Batch([requests[0], requests[0]]),
            _ => null,
        };
        var digest = batch?.Digest ?? Digest.None;
        return digest == m.BatchDigest ? null : m with { BatchDigest = digest, Batch = batch };
    }
}
