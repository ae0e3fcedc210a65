using PbftReference.Audit.Accountability;
using PbftReference.Audit.Verification;
using PbftReference.Core;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Replicas;
using PbftReference.Host.Signing;
using PbftReference.Spec;
using Xunit;

namespace PbftReference.Tests.Audit.Accountability;

/// <summary>
/// The audit as it is defined: the logs one after the other, every statement in memory until the end, the specification's audit over all of them.
/// What the windowed audit finds is held against it.
/// </summary>
internal sealed class HeldWhole(Genesis genesis, ISignatureVerifier verifier)
{
    private readonly MessageVerifier _verifier = new(verifier, genesis.Configuration);
    private readonly StatementRules _rules = new(genesis.Configuration, verifier);
    private readonly SpecTranslation _translation = new(genesis.Configuration);
    private readonly Dictionary<Digest, SignedStatement> _statements = [];
    private readonly Dictionary<SpecMessage, SignedStatement> _said = [];
    private readonly History _history = new(genesis.Configuration);
    private readonly List<(ReplicaId Sender, ReplicaId Log, long Signed, long At)> _heard = [];
    private readonly List<(ReplicaId Replica, long End)> _ends = [];

    public List<string> Gaps { get; } = [];

    public long Records { get; private set; }

    public long Forged { get; private set; }

    public int Count => _statements.Count;

    public SortedDictionary<ViewNumber, ViewHistory> Views => _history.Views;

    public static HeldWhole Of(IEventStore store, Genesis genesis, ISignatureVerifier verifier)
    {
        var whole = new HeldWhole(genesis, verifier);
        for (var i = 0; i < genesis.Configuration.Replicas; i++) whole.Read(store, new ReplicaId(i));
        foreach (var (replica, end) in whole._ends) whole.CompareEnd(replica, end);
        return whole;
    }

    private void CompareEnd(ReplicaId replica, long end)
    {
        var later = _heard.Where(heard => heard.Sender == replica && heard.Signed > end).ToList();
        if (later.Count == 0) return;
        var last = later.OrderByDescending(heard => heard.Signed).ThenBy(heard => heard.Log).ThenBy(heard => heard.At).First();
        Gaps.Add($"replica {replica}: its log ends at #{end}, and replica {last.Log} received from it (#{last.At}) what it signed at #{last.Signed}: "
            + "its end was cut off, the replica set it back, or this copy was made before; add a longer one");
    }

    public void Add(Message message, Signature signature)
    {
        foreach (var said in SignedStatement.In(message, signature, genesis.Configuration))
        {
            if (!_rules.IsInRole(said.Statement) || _statements.ContainsKey(said.Digest)) continue;
            if (!_verifier.Holds(said.Statement, said.Signature))
            {
                Forged++;
                continue;
            }

            _statements.Add(said.Digest, said);
            _said.TryAdd(StatementRules.ToSpec(_translation, said.Statement), said);
        }
    }

    public IReadOnlyList<Accusation> Accusations()
    {
        var audit = new SpecAudit(_translation.Model);
        foreach (var spec in _said.Keys) audit.Add(spec);
        var found = new SortedDictionary<(ReplicaId, SpecOffence), Accusation>();
        foreach (var (spec, said) in _said)
        {
            if (audit.Accuse(spec) is not { } accusation) continue;
            found.TryAdd((said.Signer, accusation.Offence), new Accusation(said.Signer, accusation.Offence, said, _said[accusation.Second]));
        }

        Assert.Equal(SpecAudit.Of(_translation.Model, _said.Keys).Select(accusation => accusation.Accused), found.Keys.Select(key => key.Item1.Value).Distinct());
        return [.. found.Values];
    }

    public (IReadOnlyList<PlaceHistory> Places, IReadOnlyList<Conflict> Conflicts) Decisions()
    {
        IReadOnlyList<PlaceHistory> places = [.. _history.TakeRest()];
        return (places, [.. places.Select(Conflict).OfType<Conflict>()]);
    }

    private Conflict? Conflict(PlaceHistory place)
    {
        var decided = place.Replicas.Where(pair => pair.Value.Committed is not null && IsProved(place.Place, pair.Key, pair.Value)).ToList();
        return decided.Skip(1).Where(pair => pair.Value.Decided != decided[0].Value.Decided)
            .Select(pair => new Conflict(place.Place, decided[0].Key, decided[0].Value.Decided, pair.Key, pair.Value.Decided, MissingAt(place.Place))).FirstOrDefault();
    }

    private bool IsProved(SequenceNumber n, ReplicaId replica, PlaceAtReplica at)
    {
        var has = at.Committers.All(by => by == replica || _statements.ContainsKey(Statements.DigestOf(new Commit(at.View, n, at.Decided, by))));
        if (has && at.Committers.Count >= genesis.Configuration.Quorum) return true;
        Gaps.Add($"replica {replica}: its log says that it decided {at.Decided.ToShortString()} at {n}, and does not have the signed commits");
        return false;
    }

    private List<(Digest NewView, ReplicaId NamedBy)> MissingAt(SequenceNumber n)
    {
        var known = _statements.Values.Select(said => said.Statement).OfType<NewView>().Select(m => m.StatementDigest).ToHashSet();
        var missing = new SortedDictionary<Digest, ReplicaId>();
        foreach (var m in _statements.Values.Select(said => said.Statement).OfType<ViewChange>())
        {
            foreach (var c in m.Prepared.Where(c => c.SequenceNumber == n && c.View.Value > 0 && !known.Contains(c.NewView))) missing.TryAdd(c.NewView, m.Replica);
        }

        return [.. missing.Select(pair => (pair.Key, pair.Value))];
    }

    private void Read(IEventStore store, ReplicaId replica)
    {
        var stream = LogStreams.OfReplica(genesis.Cluster, replica);
        if (store.Tail(stream) is not { IsEmpty: false } tail)
        {
            Gaps.Add($"replica {replica}: its log is not here");
            return;
        }

        if (tail.FirstRevision > 0) Gaps.Add($"replica {replica}: its log begins at #{tail.FirstRevision}; what was before is truncated");
        var start = ReplicaRecovery.Begin(store, genesis, replica);
        var (state, last) = (start.State, -1L);
        try
        {
            foreach (var record in ReplicaLog.Read(store, stream, start.Position.Revision + 1))
            {
                Records++;
                if (record.Step is { } step) state = Take(replica, record, step, state);
                last = record.Revision;
            }

            _ends.Add((replica, last));
        }
        catch (LogFormatException e)
        {
            Gaps.Add($"replica {replica}: its log can be read up to #{last} only: {e.Message}");
        }
    }

    private ReplicaState Take(ReplicaId replica, LogRecord record, Step step, ReplicaState before)
    {
        if (step.Input is MessageReceived received) Add(received.Message, received.Signature);
        if (step.Input is MessageReceived { Message: ReplicaMessage message, Signature.Revision: var signed } && message.Replica != replica) _heard.Add((message.Replica, replica, signed, record.Revision));
        try
        {
            var after = Fold.Step(before, step);
            _history.Add(replica, record, after);
            return after;
        }
        catch (Exception e) when (e is IllegalTransitionException or UnfoldableEventException)
        {
            throw new LogFormatException($"record #{record.Revision} of {record.Stream} does not fit what came before it: {e.Message}", e);
        }
    }
}
