using System.Numerics;
using PbftReplica;
using PbftTypes;
using Types = PbftTypes.__default;

namespace PbftReference.Spec;

/// <summary>
/// What a replica may do next and has not done: the actions that the messages in its log suggest, each asked of the oracle. Certificates
/// are made of all votes at hand. A restart, which is always allowed, is none; nor is sending again what was sent.
/// </summary>
/// <param name="model">The cluster.</param>
/// <param name="peer">The replica and its log.</param>
public sealed class SpecChoices(SpecModel model, SpecPeer peer)
{
    private readonly _IReplica _replica = peer.Value.dtor_r;
    private readonly List<_IMsg> _log = [.. peer.Value.dtor_log.Elements];

    /// <summary>The actions that the oracle allows, in no particular order, each once.</summary>
    public IEnumerable<SpecAction> Allowed =>
        [.. Proposals(), .. Votes(), .. Commits(), .. Decisions(), .. Executions(), .. Stables(), .. Views()];

    /// <summary>
    /// The states that may be taken over: of each place and digest that f+1 replicas signed for beyond what is executed, that guards other
    /// than the state's own digest allow.
    /// </summary>
    public IEnumerable<SpecCheckpoint> Transfers
    {
        get
        {
            foreach (var (n, digest, signers) in Checkpoints())
            {
                var certificate = CkCert.create(n, digest, Values.Set(signers));
                var behind = _replica.dtor_lastExec < n;
                if (behind && (certificate.Equals(_replica.dtor_stable) || (_replica.dtor_stable.dtor_seqno < n && Types.ValidWeakCert(model.Parameters, certificate))))
                {
                    yield return new SpecCheckpoint(certificate);
                }
            }
        }
    }

    private IEnumerable<SpecAction> May(IEnumerable<SpecAction> candidates) => candidates.Where(peer.May);

    // At the first free place; the null request needs no batch, and says whether any proposal is allowed.
    private IEnumerable<SpecAction> Proposals()
    {
        var n = _replica.dtor_stable.dtor_seqno + 1;
        while (_replica.dtor_accepted.Contains(n)) n++;
        return May([SpecAction.Propose((long)n, 0)]);
    }

    private IEnumerable<SpecAction> Votes() => May(_log.OfType<Msg_PrePrepare>()
        .Where(m => m._view == _replica.dtor_view && m._nv == _replica.dtor_nv).Select(m => SpecAction.Prepare((long)m._seqno, (int)m._digest)));

    private IEnumerable<SpecAction> Commits() =>
        May(Accepted().Where(place => !IsCommitSent(place.N, place.Digest)).Select(place => SpecAction.Commit(PreparedAt(place.N, place.Digest))));

    private IEnumerable<SpecAction> Decisions()
    {
        var open = _log.OfType<Msg_Commit>().Where(m => !_replica.dtor_committed.Contains(m._seqno))
            .Select(m => (m._view, m._seqno, m._digest)).Distinct();
        foreach (var (view, n, digest) in open)
        {
            var signers = _log.OfType<Msg_Commit>().Where(m => m._view == view && m._seqno == n && m._digest == digest).Select(m => (int)m._from);
            var commits = new SpecCommitted((long)view, (long)n, (int)digest, signers);
            foreach (var decision in May(CertificatesFor(view, n, digest).Select(prepared => SpecAction.Committed(commits, prepared))).Take(1)) yield return decision;
        }
    }

    private IEnumerable<SpecAction> Executions() => May([SpecAction.Execute, SpecAction.Checkpoint]);

    private IEnumerable<SpecAction> Stables() =>
        May(Checkpoints().Select(c => SpecAction.Stable(new SpecCheckpoint((long)c.N, (int)c.Digest, c.Signers))));

    private IEnumerable<SpecAction> Views()
    {
        var asking = _log.OfType<Msg_ViewChange>().Where(m => m._vc.dtor_newView == _replica.dtor_view).DistinctBy(m => m._vc.dtor_from)
            .Select(m => KeyValuePair.Create((long)m._vc.dtor_from, m._vc));
        var viewChanges = Values.Map(asking);
        var start = new SpecNewView((long)_replica.dtor_view, viewChanges, Types.ComputeO(model.Parameters, viewChanges));
        var enter = _log.OfType<Msg_NewView>().Select(m => SpecAction.EnterView(new SpecNewView((long)m._view, m._V, m._O)));
        return May([SpecAction.NewView(start), .. enter, SpecAction.ViewChange((long)_replica.dtor_view + 1)]);
    }

    private IEnumerable<(BigInteger N, BigInteger Digest)> Accepted() =>
        _replica.dtor_accepted.ItemEnumerable.Select(pair => (pair.Car, pair.Cdr));

    private bool IsCommitSent(BigInteger n, BigInteger digest) =>
        new SpecReplica(_replica).PreparedAt((long)n) is { } sent
        && sent.View == (long)_replica.dtor_view && sent.Digest == (int)digest && sent.NewView == (int)_replica.dtor_nv;

    private SpecPrepared PreparedAt(BigInteger n, BigInteger digest) =>
        new((long)_replica.dtor_view, (long)n, (int)digest, (int)_replica.dtor_nv, Voters(_replica.dtor_view, n, digest, _replica.dtor_nv));

    // What the replica committed on, else what the votes at hand make, for each new-view that they name.
    private IEnumerable<SpecPrepared> CertificatesFor(BigInteger view, BigInteger n, BigInteger digest)
    {
        if (new SpecReplica(_replica).PreparedAt((long)n) is { } own) yield return own;
        foreach (var newView in _log.OfType<Msg_PrePrepare>().Where(m => m._view == view && m._seqno == n && m._digest == digest).Select(m => m._nv).Distinct())
        {
            yield return new SpecPrepared((long)view, (long)n, (int)digest, (int)newView, Voters(view, n, digest, newView));
        }
    }

    private IEnumerable<int> Voters(BigInteger view, BigInteger n, BigInteger digest, BigInteger newView) => _log.Select(message => message switch
    {
        Msg_PrePrepare m when m._view == view && m._seqno == n && m._digest == digest && m._nv == newView => (int)model.Parameters.Primary(view),
        Msg_Prepare m when m._view == view && m._seqno == n && m._digest == digest && m._nv == newView => (int)m._from,
        _ => -1,
    }).Where(voter => voter >= 0);

    private IEnumerable<(BigInteger N, BigInteger Digest, List<int> Signers)> Checkpoints() =>
        _log.OfType<Msg_Checkpoint>().GroupBy(m => (m._seqno, m._digest)).Select(group => (group.Key._seqno, group.Key._digest, group.Select(m => (int)m._from).ToList()));
}
