using System.Collections.Immutable;
using System.Globalization;
using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// Asks the specification's replica of one event after the other whether it may happen, and notes what came in and went out. Where the
/// events come from, a log or a trace, does not matter to it.
/// </summary>
/// <param name="translation">The cluster's.</param>
/// <param name="self">The replica.</param>
/// <param name="isFaulty">Which replicas are faulty; for the counts only.</param>
/// <param name="peer">The replica where its judged history begins; null for a replica before its first message.</param>
internal sealed class SpecJudge(SpecTranslation translation, ReplicaId self, Func<ReplicaId, bool> isFaulty, SpecPeer? peer = null)
{
    private readonly StatementReading _reading = new(translation);
    private IReadOnlyList<DeliveredStatement> _delivered = [];
    private List<Statement> _sent = [];
    private RefusedAct _refused = RefusedAct.None;
    private SpecPeer? _refusedAt;
    private bool _isDone;

    /// <summary>The specification's replica and its log.</summary>
    public SpecPeer Peer { get; } = peer ?? new(translation.Model, self.Value);

    /// <summary>What may not be left undone; null where nobody asks.</summary>
    public IDutyDesk? Obligations { get; set; }

    /// <summary>What happened so far.</summary>
    public Counts Counts { get; } = new();

    /// <summary>A new step begins.</summary>
    public void Begin() => (_delivered, _sent, _refused, _refusedAt) = ([], [], RefusedAct.None, null);

    /// <summary>What the step brought in and sent out so far.</summary>
    public StepTraffic Traffic => new(_delivered, _sent);

    /// <summary>A refusal.</summary>
    public static StepRefusal Refuse(EventKind source, string action, string guard, string values) =>
        new(Names.Events.Of(source), action, guard, values);

    /// <summary>Something was refused that the specification was not asked about.</summary>
    public void Refused(RefusedAct refused) => (_refused, _refusedAt) = (refused, null);

    /// <summary>After a refusal: what would have been allowed in its place.</summary>
    public ImmutableArray<EnabledAct> Nearest() => NearestActs.Of(translation, _refusedAt ?? Peer, _refused);

    /// <summary>Judges an event; null if it may happen.</summary>
    public StepRefusal? Judge(ProjectedEvent projected)
    {
        _isDone = false;
        if (Ask(projected) is not { } refusal) return null;
        // what the oracle allowed, and the record tells otherwise, is done already
        _refusedAt = _isDone ? Peer.BeforeLastAct : Peer;
        _refused = projected is ActEvent act ? RefusedAct.Of(act, _refusedAt.Replica) : RefusedAct.None;
        return refusal;
    }

    private StepRefusal? Ask(ProjectedEvent projected) => projected switch
    {
        DeliverEvent e => Deliver(e),
        ActEvent e => Act(e),
        BaselessEvent e => Refuse(e.Source, "", RecordGuards.FollowsFromLog, e.Explanation),
        _ => throw new InvalidOperationException($"no judgement of {projected.GetType().Name}"),
    };

    private StepRefusal? Deliver(DeliverEvent e)
    {
        if (!Peer.Deliver(e.Message)) return Refuse(e.Source, "Deliver", "NewViewKnown", "a certificate in it names a new-view that is not at hand");
        Obligations?.Came(e.Message);
        // few steps bring in more than one message of a replica
        if (e.Statements.Count > 0) _delivered = _delivered.Count == 0 ? e.Statements : [.. _delivered, .. e.Statements];
        Counts.Add("deliveries");
        if (e.Source == EventKind.CommitProofAccepted && e.From is not null) Counts.Add("commit-proofs");
        if (e.From is { } from && isFaulty(from)) Counts.Add("faulty-messages");
        return null;
    }

    private StepRefusal? Act(ActEvent e)
    {
        if (e.Execution is { } execution && CheckExecution(e, execution) is { } wrong) return wrong;
        var before = Peer.Replica;
        if (Peer.Act(e.Action, out var sent) is { } guard)
        {
            return Refuse(e.Source, e.Action.Name, guard, GuardValues.Describe(guard, translation, Peer, e.Action));
        }

        _isDone = true;
        if (CheckClaims(e, before, sent) is { } differs) return Refuse(e.Source, e.Action.Name, RecordGuards.AsRecorded, differs);
        foreach (var message in sent)
        {
            Obligations?.Sent(message);
            if (message.Statement != SpecStatementKind.None) _sent.Add(_reading.Sent(message, self, e.Whole));
        }

        Count(e);
        return null;
    }

    // The service's part of an execution is registered before the specification asks for it.
    private StepRefusal? CheckExecution(ActEvent e, BatchExecuted execution)
    {
        var next = Peer.Replica.LastExecuted + 1;
        if (execution.SequenceNumber.Value != next)
        {
            return Refuse(e.Source, e.Action.Name, RecordGuards.AsRecorded, $"{execution.SequenceNumber} is recorded as executed, and the next is {next}");
        }

        if (Peer.NextBatch is not { } batch || !translation.Model.Knows(batch)) return null;
        var requests = Peer.Runnable(batch);
        if (requests.Length != execution.Results.Length)
        {
            return Refuse(e.Source, e.Action.Name, RecordGuards.AsRecorded, $"{execution.Results.Length} results are recorded, and {requests.Length} requests of the batch take effect");
        }

        var (service, recorded) = (Peer.Replica.State.Service, translation.Number(execution.ServiceDigest));
        if (requests.IsEmpty)
        {
            return service == recorded ? null : Refuse(e.Source, e.Action.Name, RecordGuards.AsRecorded, $"nothing takes effect at {next}, and another service digest is recorded after it");
        }

        var differs = DisagreementOf(execution, next, service, requests);
        if (differs is null && translation.Model.DefineExecution(next, service, requests, recorded, execution.Results.Select(translation.Numbers.Of))) return null;
        differs ??= Disagree(execution, next, service, requests);
        return Refuse(e.Source, e.Action.Name, RecordGuards.ServiceDeterministic, differs.Explain(self)) with { Disagreement = differs };
    }

    // What is known from an earlier reading; null if the replica recorded what stands.
    private Disagreement? DisagreementOf(BatchExecuted execution, long n, int service, ImmutableArray<int> requests)
    {
        var all = translation.Disagreements;
        if (all.IsEmpty || all.Find(n, KeyOf(service, requests)) is not { } known) return null;
        var answer = new RecordedAnswer(execution.ServiceDigest, execution.Results);
        known.Add(self, all.Revision, answer);
        return known.Standing is { } standing && standing != answer ? known : null;
    }

    private Disagreement Disagree(BatchExecuted execution, long n, int service, ImmutableArray<int> requests)
    {
        var (all, key, before) = (translation.Disagreements, KeyOf(service, requests), translation.Model.ExecutionOf(service, requests)!);
        var answer = new RecordedAnswer(translation.Numbers.DigestOf(before.After), [.. before.Results.Select(translation.Numbers.PayloadOf)]);
        var words = new DisagreementWords(string.Create(CultureInfo.InvariantCulture, $"executing {n} gave"), "The requests are the same, and so is the state before");
        var found = all.Find(n, key) ?? all.Add(n, key, words, answer, before.Times);
        found.Add(self, all.Revision, new RecordedAnswer(execution.ServiceDigest, execution.Results));
        return found;
    }

    // Numbers may be others in the next reading.
    private string KeyOf(int service, ImmutableArray<int> requests) => string.Join(' ', requests.Prepend(service).Select(translation.Numbers.DigestOf));

    private string? CheckClaims(ActEvent e, SpecReplica before, IReadOnlyList<SpecMessage> sent)
    {
        if (e.Claimed is { } claimed && !sent.Contains(claimed))
        {
            return $"recorded is {GuardValues.Describe(claimed, translation)}, and the action sends {string.Join(", ", sent.Select(m => GuardValues.Describe(m, translation)))}";
        }

        if (e.Source != EventKind.ViewChangeSent) return null;
        var viewChange = sent.Single().ViewChangeContent!;
        var follows = translation.DigestOf(viewChange);
        return follows == e.Whole
            ? null
            : $"the view-change {e.Whole.ToShortString()} is recorded, and {follows.ToShortString()} follows from h = {before.Stable.SequenceNumber} and the prepared certificates for {GuardValues.Join(viewChange.Prepared.Keys)}";
    }

    private void Count(ActEvent e)
    {
        switch (e.Source)
        {
            case EventKind.PrePrepareSent: Counts.Add(e.Action.Digest == 0 ? "null-requests" : "proposals"); break;
            case EventKind.PrepareSent: Counts.Add("votes"); break;
            case EventKind.CommitSent: Counts.Add("prepared"); break;
            case EventKind.CommittedLocal or EventKind.CommitProofAccepted: Counts.Add("committed"); break;
            case EventKind.BatchExecuted: Counts.Add("executed"); break;
            case EventKind.CheckpointSent: Counts.Add("checkpoints"); break;
            case EventKind.CheckpointStable: Counts.Add("stable"); break;
            case EventKind.TransferCompleted: Counts.Add("transfers"); break;
            case EventKind.Started: Counts.Add("restarts"); break;
            case EventKind.ViewChangeSent: Counts.Add("view-changes"); break;
            case EventKind.NewViewSent: Counts.Add("new-views"); Counts.Add("views-entered"); break;
            case EventKind.ViewEntered: Counts.Add("views-entered"); break;
            default: break;
        }

        Counts.Add("null-fills", e.NullFills);
    }
}
