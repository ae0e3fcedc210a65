using System.Diagnostics.Metrics;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft;
using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Runtime.Transport;

namespace PbftReference.Runtime.Telemetry;

/// <summary>
/// Measures a replica: sees its steps, its log and its connections. The event log is the truth; this is commentary, and costs next to
/// nothing where nobody listens.
/// </summary>
public sealed class ReplicaTelemetry : IReplicaObserver, ILogObserver, ITransportObserver, IDisposable
{
    // the platform's own tables of names are made again after a garbage collection
    private static readonly string[] MessageTypes = NamesOf<MessageKind>();
    private static readonly string[] Refusals = NamesOf<Refusal>();
    private static readonly string[] ViewChangeReasons = NamesOf<ViewChangeReason>();
    private static readonly string[] TransportRefusals = NamesOf<TransportRefusal>();

    private readonly ReplicaInstruments _instruments;
    private readonly RequestSpans _spans;
    private readonly Dictionary<SequenceNumber, TimeSpan> _begun = [];
    private readonly NodeMessages _messages;
    private readonly RefusalNotes _refusals;
    private readonly IClock _clock;
    private string? _logFailure;

    /// <summary>Begins to measure.</summary>
    /// <param name="sample">One request in so many is traced; 0 is none.</param>
    /// <param name="messages">The node's messages for people.</param>
    /// <param name="clock">What durations are measured by.</param>
    public ReplicaTelemetry(long sample, NodeMessages messages, IClock clock)
    {
        Gauges = new ReplicaGauges();
        _instruments = new ReplicaInstruments(Gauges);
        _spans = new RequestSpans(sample);
        (_messages, _clock, _refusals) = (messages, clock, new RefusalNotes(messages, clock));
    }

    /// <summary>The gauges, for those who know their numbers.</summary>
    public ReplicaGauges Gauges { get; }

    /// <summary>The instruments.</summary>
    public ReplicaInstruments Instruments => _instruments;

    /// <summary>
    /// What is known before the first step: the recovered state, and every series whose tags are known, at zero. A counter that appears
    /// with its first increase would hide that increase from a rate. Call it once those who listen do.
    /// </summary>
    /// <param name="recovered">The state; null if there is none.</param>
    public void Begin(ReplicaState? recovered)
    {
        if (recovered is not null) Gauges.Take(recovered);
        foreach (var counter in (Counter<long>[])[_instruments.RequestsExecuted, _instruments.BatchesExecuted, _instruments.Transfers, _instruments.LogBytes, _instruments.LogRecords, _instruments.LogRetries]) counter.Add(0);
        foreach (var reason in Refusals) _instruments.Refusals.Add(0, Tag("reason", reason));
        foreach (var reason in ViewChangeReasons) _instruments.ViewChanges.Add(0, Tag("reason", reason));
        foreach (var reason in TransportRefusals) _instruments.TransportRefused.Add(0, Tag("reason", reason));
        foreach (var reason in Enum.GetValues<DropReason>()) AddDropped(reason, 0);
        foreach (var type in Enum.GetValues<PeerType>()) _instruments.TransportDropped.Add(0, PeerTag(type));
    }

    /// <inheritdoc/>
    public void OnStep(ReplicaHost host, ReplicaState before, Step step)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(step);
        var state = host.State;
        Gauges.Take(state);
        CountMessages(step);
        if (step.Refusal is { } refusal) _instruments.Refusals.Add(1, Tag("reason", Refusals[(int)refusal]));
        foreach (var replicaEvent in step.Events) OnEvent(state, replicaEvent);
        _spans.OnStep(before, state, step);
    }

    private void CountMessages(Step step)
    {
        if (!_instruments.Messages.Enabled) return;
        if (step.Input is MessageReceived { Message.Kind: var kind }) Count(kind, "received", step.Refusal is null ? "taken" : "refused");
        foreach (var effect in step.Effects)
        {
            if (effect is Send { Message.Kind: var sent }) Count(sent, "sent", "queued");
            else if (effect is Multicast { Message.Kind: var cast }) Count(cast, "sent", "queued");
            else if (effect is SendReply) Count(MessageKind.Reply, "sent", "queued");
        }
    }

    private void Count(MessageKind kind, string direction, string outcome) => _instruments.Messages.Add(
        1, Tag("type", MessageTypes[(int)kind]), Tag("direction", direction), Tag("outcome", outcome));

    private void OnEvent(ReplicaState state, ReplicaEvent replicaEvent)
    {
        switch (replicaEvent)
        {
            case PrePrepareSent e: BeginPhases(e.SequenceNumber); break;
            case PrePrepareAccepted e: BeginPhases(e.PrePrepare.SequenceNumber); break;
            case Prepared e: Phase(e.SequenceNumber, "prepared"); break;
            case CommittedLocal e: Phase(e.SequenceNumber, "committed-local"); break;
            case BatchExecuted e: Executed(e); break;
            case ViewChangeSent e: ViewChange(e); break;
            case ViewEntered e: _messages.ViewEntered(e.View.Value, state.Primary.Value); break;
            case CheckpointStable e: Forget(e.SequenceNumber); _messages.CheckpointStable(e.SequenceNumber.Value); break;
            case TransferStarted e: _messages.TransferStarted(e.SequenceNumber.Value); break;
            case TransferCompleted e: _instruments.Transfers.Add(1); _messages.TransferCompleted(e.SequenceNumber.Value); break;
            case EvidenceKept e: _messages.EvidenceKept(e.Accused.Value); break;
            case Halted e: _messages.Halted(e.Contradiction); break;
            default: break;
        }
    }

    private void Executed(BatchExecuted e)
    {
        Phase(e.SequenceNumber, "executed");
        _begun.Remove(e.SequenceNumber);
        _instruments.BatchesExecuted.Add(1);
        _instruments.RequestsExecuted.Add(e.Results.Length);
    }

    private void ViewChange(ViewChangeSent e)
    {
        _instruments.ViewChanges.Add(1, Tag("reason", ViewChangeReasons[(int)e.Reason]));
        _messages.ViewChangeSent(e.View.Value, e.Reason);
    }

    private void BeginPhases(SequenceNumber n)
    {
        if (_instruments.PhaseDuration.Enabled) _begun.TryAdd(n, _clock.Now);
    }

    private void Phase(SequenceNumber n, string phase)
    {
        if (_begun.TryGetValue(n, out var begun)) _instruments.PhaseDuration.Record((_clock.Now - begun).TotalSeconds, Tag("phase", phase));
    }

    /// <summary>What a checkpoint covers is never executed here any more.</summary>
    private void Forget(SequenceNumber upTo)
    {
        foreach (var n in _begun.Keys)
        {
            if (n <= upTo) _begun.Remove(n);
        }
    }

    /// <inheritdoc/>
    public void OnDropped(ReplicaHost host, DropReason reason) => AddDropped(reason, 1);

    private void AddDropped(DropReason reason, long count) => _instruments.Messages.Add(
        count, Tag("type", "Unknown"), Tag("direction", "received"), Tag("outcome", reason == DropReason.Undecodable ? "undecodable" : "bad-signature"));

    /// <summary>Why the last attempt to write the log failed; null once one has succeeded.</summary>
    public string? LogFailure
    {
        get => Volatile.Read(ref _logFailure);
        private set => Volatile.Write(ref _logFailure, value);
    }

    /// <inheritdoc/>
    public void Written(int records, long bytes, TimeSpan took)
    {
        _instruments.AppendDuration.Record(took.TotalSeconds);
        _instruments.LogBytes.Add(bytes);
        _instruments.LogRecords.Add(records);
        LogFailure = null;
    }

    /// <inheritdoc/>
    public void Retrying(EventStoreException failure)
    {
        _instruments.LogRetries.Add(1);
        _messages.LogRetrying(failure);
        LogFailure = failure.Message;
    }

    /// <inheritdoc/>
    public void Opened(PeerId peer, bool outgoing) => _messages.Connected(peer, outgoing ? "called" : "was called by");

    /// <inheritdoc/>
    public void Closed(PeerId peer, bool outgoing, string reason) => _messages.Disconnected(peer, outgoing ? "to" : "from", reason);

    /// <inheritdoc/>
    public void Refused(TransportRefusal reason, string remote)
    {
        _instruments.TransportRefused.Add(1, Tag("reason", TransportRefusals[(int)reason]));
        _refusals.Note(reason, remote);
    }

    /// <inheritdoc/>
    public void Dropped(PeerId peer) => _instruments.TransportDropped.Add(1, PeerTag(peer.Type));

    /// <inheritdoc/>
    public void Sent(PeerId peer, int bytes) => _instruments.TransportBytes.Add(bytes, Tag("direction", "sent"));

    /// <inheritdoc/>
    public void Received(PeerId peer, int bytes) => _instruments.TransportBytes.Add(bytes, Tag("direction", "received"));

    /// <summary>The names of an enumeration's members, each at its number.</summary>
    private static string[] NamesOf<T>()
        where T : struct, Enum
    {
        var members = Enum.GetValues<T>().ToDictionary(member => Convert.ToInt32(member, System.Globalization.CultureInfo.InvariantCulture), member => member.ToString());
        return [.. Enumerable.Range(0, members.Keys.Max() + 1).Select(i => members.GetValueOrDefault(i, "Unknown"))];
    }

    private static KeyValuePair<string, object?> Tag(string name, string? value) => new(name, value);

    private static KeyValuePair<string, object?> PeerTag(PeerType type) => Tag("peer", type == PeerType.Replica ? "replica" : "client");

    /// <inheritdoc/>
    public void Dispose()
    {
        _spans.Dispose();
        _instruments.Dispose();
    }
}
