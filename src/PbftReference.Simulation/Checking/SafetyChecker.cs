using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Invariants;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Simulation.Clients;

namespace PbftReference.Simulation.Checking;

/// <summary>
/// Watches the correct replicas from outside, after every step: agreement (one digest for each place, one state for each executed
/// number), order (no gap), exactly-once, validity (only what a client asked for), that clients accept what was executed, and that correct
/// replicas find nothing wrong with one another: no frame dropped, no certificate refused, no evidence kept against a correct replica.
/// </summary>
public sealed class SafetyChecker(Func<long> now, Func<ReplicaId, bool> isCorrect, Func<ClientId, bool> isCorrectClient)
{
    private readonly Dictionary<SequenceNumber, Digest> _decided = [];
    private readonly Dictionary<SequenceNumber, Digest> _states = [];
    private readonly Dictionary<RequestId, SequenceNumber> _executedAt = [];
    private readonly Dictionary<RequestId, ImmutableArray<byte>> _results = [];
    private readonly Dictionary<RequestId, ImmutableArray<byte>> _requested = [];
    private readonly HashSet<RequestId> _abandoned = [];
    private readonly List<Violation> _violations = [];

    /// <summary>The names of the properties that are watched during a run.</summary>
    public static IReadOnlyList<string> Properties { get; } =
        ["agreement", "exactly once", "validity", "client safety", "state invariant", "mutual acceptance", "no framing", "no correct replica halts"];

    /// <summary>What does not hold.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>Number of requests of correct clients that took effect.</summary>
    public long Executed { get; private set; }

    /// <summary>Number of requests of clients that lie that took effect: a valid signature is all that they need.</summary>
    public long ExecutedForLiars => _executedAt.Count - Executed;

    /// <summary>The highest place whose execution was seen.</summary>
    public SequenceNumber Highest { get; private set; }

    /// <summary>A client asked for something.</summary>
    public void OnRequested(Request request) => _requested[request.Id] = request.Operation;

    /// <summary>A client asked for something in an earlier run, and asks no further: it may take effect or not.</summary>
    public void OnAbandoned(Request request)
    {
        OnRequested(request);
        if (isCorrectClient(request.Client)) _abandoned.Add(request.Id);
    }

    /// <summary>The operations that nobody waited for any more and that took effect nevertheless.</summary>
    public IEnumerable<ImmutableArray<byte>> AbandonedExecuted => _abandoned.Where(_executedAt.ContainsKey).Select(id => _requested[id]);

    /// <summary>A client believes a result.</summary>
    public void OnAccepted(Acceptance acceptance)
    {
        var id = new RequestId(acceptance.Client, acceptance.Timestamp);
        if (!_results.TryGetValue(id, out var result)) Report("client safety", $"{id} was accepted and executed nowhere");
        else if (!result.AsSpan().SequenceEqual(acceptance.Result.AsSpan())) Report("client safety", $"{id} was accepted with another result than the executed one");
    }

    /// <summary>A correct replica decided a step.</summary>
    public void OnStep(ReplicaHost host, ReplicaState before, Step step) => OnStep(host.Self, before, step, host.State);

    /// <summary>A correct replica decides a step, or decided it in an earlier run.</summary>
    public void OnStep(ReplicaId replica, ReplicaState before, Step step, ReplicaState after)
    {
        if (!isCorrect(replica)) return;
        if (step.Refusal is { } refusal) OnRefused(replica, step, refusal);
        foreach (var replicaEvent in step.Events)
        {
            switch (replicaEvent)
            {
                case CommittedLocal e: OnDecided(replica, e.SequenceNumber, e.BatchDigest); break;
                case CommitProofAccepted e: OnDecided(replica, e.Proof.Commit.SequenceNumber, e.Proof.Commit.BatchDigest); break;
                case BatchExecuted e: OnExecuted(replica, before, e); break;
                case CheckpointSent e: OnState(replica, e.SequenceNumber, e.StateDigest); break;
                case TransferCompleted e: OnState(replica, e.SequenceNumber, e.StateDigest); break;
                case EvidenceKept e when isCorrect(e.Accused): Report("no framing", $"replica {replica} holds evidence against replica {e.Accused}: {step.Refusal}"); break;
                case Halted e: Report("no correct replica halts", $"replica {replica} halted: {e.Contradiction}"); break;
                default: break;
            }
        }

        // A request that merely waits now is looked at with the next step that does more: a queue can be long.
        if (step.Events is [] or [RequestAccepted]) return;
        foreach (var broken in StateInvariants.Check(after)) Report("state invariant", $"replica {replica}: {broken}");
    }

    /// <summary>A correct replica dropped a frame at the edge.</summary>
    public void OnDropped(ReplicaHost host, ReplicaId sender, DropReason reason)
    {
        if (isCorrect(host.Self) && isCorrect(sender)) Report("mutual acceptance", $"replica {host.Self} dropped a frame of replica {sender}: {reason}");
    }

    private void OnRefused(ReplicaId replica, Step step, Refusal refusal)
    {
        if (refusal is not (Refusal.InvalidViewChange or Refusal.InvalidNewView or Refusal.InvalidCertificate)) return;
        if (step.Input is MessageReceived { Message: ReplicaMessage { Replica: var sender } message } && isCorrect(sender))
        {
            Report("mutual acceptance", $"replica {replica} refused a {message.Kind} of replica {sender}: {refusal}");
        }
    }

    private void OnDecided(ReplicaId replica, SequenceNumber n, Digest digest)
    {
        if (_decided.TryAdd(n, digest) || _decided[n] == digest) return;
        Report("agreement", $"replica {replica} decided {digest.ToShortString()} at {n}, another {_decided[n].ToShortString()}");
    }

    private void OnState(ReplicaId replica, SequenceNumber n, Digest digest)
    {
        if (_states.TryAdd(n, digest) || _states[n] == digest) return;
        Report("agreement", $"replica {replica} has state {digest.ToShortString()} at {n}, another {_states[n].ToShortString()}");
    }

    private void OnExecuted(ReplicaId replica, ReplicaState before, BatchExecuted e)
    {
        if (e.SequenceNumber > Highest) Highest = e.SequenceNumber;
        if (e.Results.IsEmpty || before.LastExecuted.Next != e.SequenceNumber || !Predicates.TryNextDecided(before, out var batch) || batch is null) return;
        var runnable = before.Clients.Runnable(batch);
        for (var i = 0; i < runnable.Length && i < e.Results.Length; i++) OnEffect(replica, e.SequenceNumber, runnable[i], e.Results[i]);
    }

    private void OnEffect(ReplicaId replica, SequenceNumber n, Request request, ImmutableArray<byte> result)
    {
        var id = request.Id;
        var correct = isCorrectClient(id.Client);
        if (correct && (!_requested.TryGetValue(id, out var asked) || !asked.AsSpan().SequenceEqual(request.Operation.AsSpan())))
        {
            Report("validity", $"replica {replica} executed {id} at {n}, which no client asked for");
        }

        if (_executedAt.TryAdd(id, n))
        {
            if (correct) Executed++;
        }
        else if (_executedAt[id] != n)
        {
            Report("exactly once", $"replica {replica} executed {id} at {n}, and it is executed at {_executedAt[id]}");
        }

        if (!_results.TryAdd(id, result) && !_results[id].AsSpan().SequenceEqual(result.AsSpan()))
        {
            Report("agreement", $"replica {replica} has another result for {id} at {n}");
        }
    }

    /// <summary>Records a violation.</summary>
    public void Report(string property, string description) => _violations.Add(new Violation(property, description, now()));
}
