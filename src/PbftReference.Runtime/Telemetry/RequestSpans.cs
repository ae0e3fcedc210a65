using System.Diagnostics;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Runtime.Telemetry;

/// <summary>
/// A span for each sampled request, from its arrival to its execution. Whether a request is sampled, and its trace's id, follow from its
/// digest: all replicas trace the same requests, under the same id, and the id begins the digest that the event log has.
/// </summary>
internal sealed class RequestSpans : IDisposable
{
    private const int MostOpen = 10_000;

    private readonly ActivitySource _source = new(ReplicaInstruments.Name);
    private readonly Dictionary<RequestId, Activity> _open = [];
    private readonly ulong _sample;

    public RequestSpans(long sample) => _sample = (ulong)sample;

    public void OnStep(ReplicaState state, Step step)
    {
        if (_sample == 0 || (_open.Count == 0 && !_source.HasListeners())) return;
        foreach (var replicaEvent in step.Events)
        {
            switch (replicaEvent)
            {
                case RequestAccepted e: Begin(e.Request.Statement, state.Self); break;
                case Prepared e: Note(state, e.SequenceNumber, "prepared"); break;
                case CommittedLocal e: Note(state, e.SequenceNumber, "committed-local"); break;
                case BatchExecuted: EndExecuted(state); break;
                case TransferCompleted: EndExecuted(state); break;
                default: break;
            }
        }
    }

    private void Begin(Request request, ReplicaId self)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        request.StatementDigest.CopyTo(digest);
        if (System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(digest) % _sample != 0 || _open.Count >= MostOpen) return;
        var trace = new ActivityContext(ActivityTraceId.CreateFromBytes(digest[..16]), ActivitySpanId.CreateFromBytes(digest[16..24]), ActivityTraceFlags.Recorded, isRemote: true);
        if (_source.StartActivity("request", ActivityKind.Server, trace) is not { } activity) return;
        activity.SetTag("pbft.replica", self.Value).SetTag("pbft.client", request.Client.Value).SetTag("pbft.timestamp", request.Timestamp.Value);
        // the event thread has no current activity: the next request is not part of this one
        Activity.Current = null;
        _open[request.Id] = activity;
    }

    private void Note(ReplicaState state, SequenceNumber n, string phase)
    {
        if (_open.Count == 0 || !Predicates.InWindow(state, n) || state.SlotAt(n).Batch is not { } batch) return;
        foreach (var request in batch.Requests)
        {
            if (_open.TryGetValue(request.Statement.Id, out var activity)) activity.AddEvent(new ActivityEvent(phase));
        }
    }

    private void EndExecuted(ReplicaState state)
    {
        if (_open.Count == 0) return;
        foreach (var (id, activity) in _open.Where(pair => state.Clients.Of(pair.Key.Client).IsExecuted(pair.Key.Timestamp)).ToList())
        {
            _open.Remove(id);
            activity.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var activity in _open.Values) activity.Dispose();
        _source.Dispose();
    }
}
