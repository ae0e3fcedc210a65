using System.Buffers.Binary;
using System.Diagnostics;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Runtime.Telemetry;

/// <summary>
/// A span for each sampled request, from its arrival to its execution, whose step has the reply. Whether a request is sampled, and its
/// trace's id, follow from its digest: all replicas trace the same requests, under the same id. The tags lead to the event log: client and
/// timestamp to the request, the batch's digest to the records that are correlated by it.
/// </summary>
internal sealed class RequestSpans : IDisposable
{
    private const int MostOpen = 10_000;

    private readonly ActivitySource _source = new(ReplicaInstruments.Name);
    private readonly Dictionary<RequestId, Activity> _open = [];
    private readonly ulong _sample;

    public RequestSpans(long sample) => _sample = (ulong)sample;

    /// <summary>Whether a request of a digest is traced.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="sample">One in so many; 0 is none.</param>
    public static bool IsSampled(ReadOnlySpan<byte> digest, ulong sample) => sample != 0 && BinaryPrimitives.ReadUInt64BigEndian(digest) % sample == 0;

    public void OnStep(ReplicaState before, ReplicaState state, Step step)
    {
        if (_sample == 0 || (_open.Count == 0 && !_source.HasListeners())) return;
        foreach (var replicaEvent in step.Events)
        {
            switch (replicaEvent)
            {
                case RequestAccepted e: Begin(e.Request.Statement, state.Self); break;
                case Prepared e: Note(state, e.SequenceNumber, "prepared"); break;
                case CommittedLocal e: Note(state, e.SequenceNumber, "committed-local"); break;
                case BatchExecuted e: EndBatch(before, e.SequenceNumber); break;
                case TransferCompleted: EndExecuted(state); break;
                default: break;
            }
        }
    }

    private void Begin(Request request, ReplicaId self)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        request.StatementDigest.CopyTo(digest);
        if (!IsSampled(digest, _sample) || _open.Count >= MostOpen) return;
        var trace = new ActivityContext(ActivityTraceId.CreateFromBytes(digest[..16]), ActivitySpanId.CreateFromBytes(digest[16..24]), ActivityTraceFlags.Recorded, isRemote: true);
        if (_source.StartActivity("request", ActivityKind.Server, trace) is not { } activity) return;
        activity.SetTag("pbft.replica", self.Value).SetTag("pbft.client", request.Client.Value).SetTag("pbft.timestamp", request.Timestamp.Value);
        // the event thread has no current activity: the next request is not part of this one
        Activity.Current = null;
        if (_open.Remove(request.Id, out var earlier)) End(earlier, "another request with this timestamp took its place");
        _open[request.Id] = activity;
    }

    private void Note(ReplicaState state, SequenceNumber n, string phase)
    {
        if (_open.Count == 0) return;
        foreach (var request in BatchAt(state, n)?.Requests ?? [])
        {
            if (_open.TryGetValue(request.Statement.Id, out var activity)) activity.AddEvent(new ActivityEvent(phase, tags: new() { { "pbft.sequence_number", n.Value } }));
        }
    }

    /// <summary>Ends what a batch executed. The batch stands in the state before: a checkpoint may have taken its place meanwhile.</summary>
    private void EndBatch(ReplicaState before, SequenceNumber n)
    {
        if (_open.Count == 0 || BatchAt(before, n) is not { } batch) return;
        foreach (var request in batch.Requests)
        {
            if (!_open.Remove(request.Statement.Id, out var activity)) continue;
            activity.SetTag("pbft.sequence_number", n.Value).SetTag("pbft.batch", batch.Digest.ToString()).Dispose();
        }
    }

    /// <summary>Ends what others executed and this replica took over with their state.</summary>
    private void EndExecuted(ReplicaState state)
    {
        foreach (var (id, activity) in _open)
        {
            if (!state.Clients.Of(id.Client).IsExecuted(id.Timestamp)) continue;
            _open.Remove(id);
            activity.SetTag("pbft.transferred", true).Dispose();
        }
    }

    private static Batch? BatchAt(ReplicaState state, SequenceNumber n) => Predicates.InWindow(state, n) ? state.SlotAt(n).Batch : null;

    private static void End(Activity activity, string why) => activity.SetStatus(ActivityStatusCode.Error, why).Dispose();

    public void Dispose()
    {
        foreach (var activity in _open.Values) End(activity, "the replica stopped before it was executed");
        _source.Dispose();
    }
}
