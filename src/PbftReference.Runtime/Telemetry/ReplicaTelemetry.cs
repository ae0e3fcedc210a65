using System.Diagnostics;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft;
using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;
using PbftReference.Runtime.Transport;

namespace PbftReference.Runtime.Telemetry;

/// <summary>
/// Measures a replica: sees its steps, its log and its connections. The event log is the truth; this is commentary, and costs next to
/// nothing where nobody listens.
/// </summary>
public sealed class ReplicaTelemetry : IReplicaObserver, ILogObserver, ITransportObserver, IDisposable
{
    private static readonly string[] MessageTypes = [.. Enumerable.Range(0, 32).Select(i => Enum.GetName((MessageKind)i) ?? "Unknown")];

    private readonly ReplicaInstruments _instruments;
    private readonly RequestSpans _spans;
    private readonly SortedDictionary<SequenceNumber, long> _begun = [];
    private readonly NodeMessages _messages;

    /// <summary>Begins to measure.</summary>
    /// <param name="sample">One request in so many is traced; 0 is none.</param>
    /// <param name="messages">The node's messages for people.</param>
    public ReplicaTelemetry(long sample, NodeMessages messages)
    {
        Gauges = new ReplicaGauges();
        _instruments = new ReplicaInstruments(Gauges);
        _spans = new RequestSpans(sample);
        _messages = messages;
    }

    /// <summary>The gauges, for those who know their numbers.</summary>
    public ReplicaGauges Gauges { get; }

    /// <summary>The instruments.</summary>
    public ReplicaInstruments Instruments => _instruments;

    /// <inheritdoc/>
    public void OnStep(ReplicaHost host, ReplicaState before, Step step)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(step);
        var state = host.State;
        Gauges.Take(state);
        CountMessages(step);
        if (step.Refusal is { } refusal) _instruments.Refusals.Add(1, KeyValuePair.Create("reason", (object?)Enum.GetName(refusal)));
        foreach (var replicaEvent in step.Events) OnEvent(state, replicaEvent);
        _spans.OnStep(state, step);
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
        1,
        KeyValuePair.Create("type", (object?)MessageTypes[(int)kind]),
        KeyValuePair.Create("direction", (object?)direction),
        KeyValuePair.Create("outcome", (object?)outcome));

    private void OnEvent(ReplicaState state, ReplicaEvent replicaEvent)
    {
        switch (replicaEvent)
        {
            case PrePrepareSent e: _begun.TryAdd(e.SequenceNumber, Stopwatch.GetTimestamp()); break;
            case PrePrepareAccepted e: _begun.TryAdd(e.PrePrepare.SequenceNumber, Stopwatch.GetTimestamp()); break;
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
        _instruments.ViewChanges.Add(1, KeyValuePair.Create("reason", (object?)Enum.GetName(e.Reason)));
        _messages.ViewChangeSent(e.View.Value, e.Reason);
    }

    private void Phase(SequenceNumber n, string phase)
    {
        if (!_begun.TryGetValue(n, out var begun)) return;
        _instruments.PhaseDuration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, KeyValuePair.Create("phase", (object?)phase));
    }

    /// <summary>What a checkpoint covers is never executed here any more.</summary>
    private void Forget(SequenceNumber upTo)
    {
        while (_begun.Count > 0 && _begun.First().Key is var first && first <= upTo) _begun.Remove(first);
    }

    /// <inheritdoc/>
    public void OnDropped(ReplicaHost host, DropReason reason) => _instruments.Messages.Add(
        1,
        KeyValuePair.Create("type", (object?)"Unknown"),
        KeyValuePair.Create("direction", (object?)"received"),
        KeyValuePair.Create("outcome", (object?)(reason == DropReason.Undecodable ? "undecodable" : "bad-signature")));

    /// <inheritdoc/>
    public void Written(int records, long bytes, TimeSpan took)
    {
        _instruments.AppendDuration.Record(took.TotalSeconds);
        _instruments.LogBytes.Add(bytes);
        _instruments.LogRecords.Add(records);
    }

    /// <inheritdoc/>
    public void Retrying(EventStoreException failure)
    {
        _instruments.LogRetries.Add(1);
        _messages.LogRetrying(failure);
    }

    /// <inheritdoc/>
    public void Opened(PeerId peer, bool outgoing) => _messages.Connected(peer, outgoing ? "called" : "was called by");

    /// <inheritdoc/>
    public void Closed(PeerId peer, bool outgoing, string reason) => _messages.Disconnected(peer, outgoing ? "to" : "from", reason);

    /// <inheritdoc/>
    public void Refused(TransportRefusal reason, string remote)
    {
        _instruments.TransportRefused.Add(1, KeyValuePair.Create("reason", (object?)Enum.GetName(reason)));
        _messages.Refused(reason, remote);
    }

    /// <inheritdoc/>
    public void Dropped(PeerId peer) => _instruments.TransportDropped.Add(1, KeyValuePair.Create("peer", (object?)(peer.Type == PeerType.Replica ? "replica" : "client")));

    /// <inheritdoc/>
    public void Sent(PeerId peer, int bytes) => _instruments.TransportBytes.Add(bytes, KeyValuePair.Create("direction", (object?)"sent"));

    /// <inheritdoc/>
    public void Received(PeerId peer, int bytes) => _instruments.TransportBytes.Add(bytes, KeyValuePair.Create("direction", (object?)"received"));

    /// <inheritdoc/>
    public void Dispose()
    {
        _spans.Dispose();
        _instruments.Dispose();
    }
}
