using System.Numerics;
using Dafny;
using PbftDuties;
using PbftReplica;
using PbftTypes;

namespace PbftReference.Spec;

/// <summary>
/// The numbers of digests and results that something of the specification still speaks of. Whoever gave them out may forget all others, but
/// must not give one out twice.
/// </summary>
public sealed class SpecNumbers
{
    private readonly HashSet<int> _digests = [0];
    private readonly HashSet<int> _results = [];

    /// <summary>How many there are.</summary>
    public int Count => _digests.Count + _results.Count;

    /// <summary>Whether a digest's number is among them.</summary>
    public bool HasDigest(int number) => _digests.Contains(number);

    /// <summary>Whether a result's number is among them.</summary>
    public bool HasResult(int number) => _results.Contains(number);

    /// <summary>Adds a digest's number.</summary>
    public void AddDigest(int number) => _digests.Add(number);

    internal void AddResult(BigInteger number) => _results.Add((int)number);

    internal void AddDigest(BigInteger number) => _digests.Add((int)number);

    internal void AddDigests(IEnumerable<BigInteger> numbers)
    {
        foreach (var number in numbers) AddDigest(number);
    }

    internal void Add(_IReplica r)
    {
        AddDigest(r.dtor_nv);
        AddDigest(r.dtor_stable.dtor_digest);
        foreach (var digests in (IMap<BigInteger, BigInteger>[])[r.dtor_accepted, r.dtor_committed, r.dtor_ckpts]) AddDigests(digests.ItemEnumerable.Select(place => place.Cdr));
        Add(r.dtor_prepared);
        AddDigest(r.dtor_state.dtor_app);
        foreach (var client in r.dtor_state.dtor_table.ItemEnumerable)
        {
            foreach (var reply in client.Cdr.dtor_replies.ItemEnumerable) AddResult(reply.Cdr.dtor_result);
        }
    }

    internal void Add(_IDesk desk)
    {
        foreach (var place in desk.dtor_votes.ItemEnumerable)
        {
            foreach (var vote in place.Cdr.ItemEnumerable) AddDigests([vote.Cdr.dtor_digest, vote.Cdr.dtor_nv]);
        }

        foreach (var place in desk.dtor_acks.ItemEnumerable) AddDigests(place.Cdr.ItemEnumerable.Select(ack => ack.Cdr.dtor_digest));
        foreach (var place in desk.dtor_checkpoints.ItemEnumerable) AddDigests(place.Cdr.ItemEnumerable.Select(signed => signed.Cdr));
        foreach (var asked in desk.dtor_asked.ItemEnumerable) Add(asked.Cdr);
    }

    internal void Add(_IMsg message)
    {
        switch (message)
        {
            case Msg_Request m: AddDigest(m._r); break;
            case Msg_Body m: AddDigest(m._digest); break;
            case Msg_PrePrepare m: AddDigests([m._digest, m._nv]); break;
            case Msg_Prepare m: AddDigests([m._digest, m._nv]); break;
            case Msg_Commit m: AddDigest(m._digest); break;
            case Msg_Checkpoint m: AddDigest(m._digest); break;
            case Msg_Reply m: AddResult(m._result); break;
            case Msg_ViewChange m: Add(m._vc); break;
            case Msg_NewView m: AddNewView(m); break;
            case Msg_CommitProof m: Add(m._pc); AddDigest(m._cc.dtor_digest); break;
            case Msg_StableProof m: AddDigest(m._ck.dtor_digest); break;
            case Msg_Fetch: break;
            default: throw new InvalidOperationException($"no numbers of {message.GetType().Name}");
        }
    }

    private void AddNewView(Msg_NewView m)
    {
        foreach (var viewChange in m._V.ItemEnumerable) Add(viewChange.Cdr);
        AddDigests(m._O.ItemEnumerable.Select(place => place.Cdr));
    }

    private void Add(_IVC viewChange)
    {
        AddDigest(viewChange.dtor_stable.dtor_digest);
        Add(viewChange.dtor_P);
    }

    private void Add(IMap<BigInteger, _IPCert> certificates)
    {
        foreach (var place in certificates.ItemEnumerable) Add(place.Cdr);
    }

    private void Add(_IPCert certificate) => AddDigests([certificate.dtor_digest, certificate.dtor_nv]);
}
