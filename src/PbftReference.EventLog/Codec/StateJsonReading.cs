using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>Reads what the other part writes.</summary>
internal static partial class StateJson
{
    internal static ReplicaState Read(LogJsonReader json, ClusterConfiguration configuration, ReplicaId self)
    {
        json.BeginObject();
        var owner = json.Int32("self");
        if (owner != self.Value) throw json.Fault($"this is the state of replica {owner}, and replica {self} is wanted");
        var n = configuration.Replicas;
        var state = new ReplicaState
        {
            Configuration = configuration,
            Self = self,
            Phase = json.Name("phase", Names.ReplicaPhases),
            View = new ViewNumber(json.Int64("view")),
            CurrentNewView = json.Digest("currentNewView"),
            ProgressView = new ViewNumber(json.Int64("progressView")),
            Stable = ReadStable(json, configuration, out var stable),
            Window = ReadWindow(json, configuration, stable.SequenceNumber),
            LastAssigned = new SequenceNumber(json.Int64("lastAssigned")),
            BatchDue = json.Bool("batchDue"),
            Queue = ReadQueue(json),
            Execution = json.Name("execution", Names.ExecutionPhases),
            LastExecuted = new SequenceNumber(json.Int64("lastExecuted")),
            ServiceDigest = json.Digest("serviceDigest"),
            Clients = ReadClients(json, configuration),
            Backlog = json.Items("backlog", ReadDecidedBatch),
            OwnCheckpoints = json.Items("ownCheckpoints", ReadOwnCheckpoint),
            Checkpoints = json.Items("checkpoints", MessageJson.ReadCheckpoint),
            KnownStable = json.TryField("knownStable") ? CertificateJson.ReadStable(json, null) : null,
            NotedExecuted = new SequenceNumber(json.Int64("notedExecuted")),
            Transfer = json.TryField("transfer") ? ReadTransfer(json) : null,
            ViewChanges = ReadSigned(json, "viewChanges", n, MessageJson.ReadViewChange),
            DeferredViewChanges = ReadSigned(json, "deferredViewChanges", n, MessageJson.ReadViewChange),
            DeferredNewViews = ReadSigned(json, "deferredNewViews", n, MessageJson.ReadNewView),
            NewViews = ReadNewViews(json),
            WantedNewViews = [.. json.Digests("wantedNewViews")],
            Accused = [.. json.Replicas("accused")],
            PlannedEnd = json.TryField("plannedEnd") ? new SequenceNumber(json.Int64()) : null,
        };
        json.EndObject();
        return state;
    }

    private static CheckpointCertificate ReadStable(LogJsonReader json, ClusterConfiguration configuration, out CheckpointCertificate stable)
    {
        json.Field("stable");
        stable = CertificateJson.ReadStable(json, null);
        var highest = long.MaxValue - configuration.LogWindow - 1;
        if (stable.SequenceNumber.Value < 0 || stable.SequenceNumber.Value > highest)
        {
            throw json.Fault($"the low watermark is from 0 to {highest}, not {stable.SequenceNumber}");
        }

        return stable;
    }

    private static ClientTable ReadClients(LogJsonReader json, ClusterConfiguration configuration)
    {
        json.Field("clients");
        var clients = ClientTableJson.Read(json);
        return clients.Window == configuration.ClientWindow
            ? clients
            : throw json.Fault($"the client window is {clients.Window}, and {configuration.ClientWindow} in the configuration");
    }

    private static ImmutableArray<Slot> ReadWindow(LogJsonReader json, ClusterConfiguration configuration, SequenceNumber low)
    {
        var length = configuration.LogWindow;
        var window = new Slot[length];
        for (var n = low.Next; n <= low + length; n = n.Next) window[(int)(n.Value % length)] = Slot.Empty(n, configuration.Replicas);
        var last = low;
        json.BeginArray("window");
        while (json.More())
        {
            var slot = ReadSlot(json, configuration.Replicas);
            if (slot.SequenceNumber <= last || slot.SequenceNumber > low + length)
            {
                throw json.Fault($"the places of the window ascend from {low.Next} to {low + length}, and {slot.SequenceNumber} follows {last}");
            }

            last = slot.SequenceNumber;
            window[(int)(last.Value % length)] = slot;
        }

        return ImmutableArray.Create(window);
    }

    private static Slot ReadSlot(LogJsonReader json, int replicas)
    {
        json.BeginObject();
        var slot = new Slot
        {
            SequenceNumber = new SequenceNumber(json.Int64("sequenceNumber")),
            Phase = json.Name("phase", Names.SlotPhases),
            View = new ViewNumber(json.Int64("view")),
            BatchDigest = json.Digest("batchDigest"),
            Batch = CertificateJson.ReadOptionalBatch(json, "batch"),
            EarlierBatches = CertificateJson.ReadBatches(json, "earlierBatches"),
            Votes = ReadByReplica(json, "votes", "replica", replicas, ReadPrepareVote),
            Commits = ReadByReplica(json, "commits", "replica", replicas, ReadCommitVote),
            Certificate = json.TryField("certificate") ? CertificateJson.ReadPrepared(json, null) : null,
            Decision = json.TryField("decision") ? CertificateJson.ReadCommit(json) : null,
            DecisionPrepared = json.TryField("decisionPrepared") ? CertificateJson.ReadPrepared(json, null) : null,
        };
        json.EndObject();
        return slot;
    }

    private static PrepareVote ReadPrepareVote(LogJsonReader json) => new(
        new ViewNumber(json.Int64("view")),
        json.Digest("batchDigest"),
        json.Digest("newView"),
        CertificateJson.ReadSignature(json, "signature"));

    private static CommitVote ReadCommitVote(LogJsonReader json) => new(
        new ViewNumber(json.Int64("view")), json.Digest("batchDigest"), CertificateJson.ReadSignature(json, "signature"));

    // A list of objects that begin with the index at which the rest of them stands.
    private static ImmutableArray<T?> ReadByReplica<T>(LogJsonReader json, string name, string indexName, int replicas, Func<LogJsonReader, T> read)
        where T : class
    {
        var items = new T?[replicas];
        var last = -1;
        json.BeginArray(name);
        while (json.More())
        {
            json.BeginObject();
            var index = json.Int32(indexName);
            if (index <= last || index >= replicas) throw json.Fault($"replicas ascend from 0 to {replicas - 1}, and {index} follows {last}");
            items[index] = read(json);
            json.EndObject();
            last = index;
        }

        return ImmutableArray.Create(items);
    }

    private static ImmutableArray<Signed<T>?> ReadSigned<T>(LogJsonReader json, string name, int replicas, Func<LogJsonReader, Signed<T>> read)
        where T : Message =>
        ReadByReplica(json, name, "at", replicas, item =>
        {
            item.Field("message");
            return read(item);
        });

    private static RequestQueue ReadQueue(LogJsonReader json)
    {
        json.BeginObject("queue");
        var nextArrival = json.Int64("nextArrival");
        var waiting = new List<WaitingRequest>();
        var names = new SortedSet<RequestId>();
        json.BeginArray("waiting");
        while (json.More())
        {
            var item = ReadWaiting(json);
            if (waiting.Count > 0 && item.Arrival <= waiting[^1].Arrival) throw json.Fault("waiting requests ascend by arrival");
            if (!names.Add(item.Request.Statement.Id)) throw json.Fault($"request {item.Request.Statement.Id} waits twice");
            waiting.Add(item);
        }

        json.EndObject();
        return RequestQueue.Restore(waiting, nextArrival);
    }

    private static WaitingRequest ReadWaiting(LogJsonReader json)
    {
        json.BeginObject();
        var arrival = json.Int64("arrival");
        json.Field("request");
        var request = CertificateJson.ReadRequest(json);
        SequenceNumber? proposedAt = json.TryField("proposedAt") ? new SequenceNumber(json.Int64()) : null;
        json.EndObject();
        return new WaitingRequest(arrival, request, proposedAt);
    }

    private static DecidedBatch ReadDecidedBatch(LogJsonReader json)
    {
        json.BeginObject();
        var decided = new DecidedBatch(new SequenceNumber(json.Int64("sequenceNumber")), CertificateJson.ReadOptionalBatch(json, "batch"));
        json.EndObject();
        return decided;
    }

    private static OwnCheckpoint ReadOwnCheckpoint(LogJsonReader json)
    {
        json.BeginObject();
        var own = new OwnCheckpoint(new SequenceNumber(json.Int64("sequenceNumber")), json.Digest("stateDigest"));
        json.EndObject();
        return own;
    }

    private static StateTransfer ReadTransfer(LogJsonReader json)
    {
        json.BeginObject();
        var transfer = new StateTransfer(
            new SequenceNumber(json.Int64("sequenceNumber")),
            json.Digest("stateDigest"),
            json.Replicas("sources"),
            json.Int32("attempt"),
            json.TryField("manifest") ? (StateManifest)MessageJson.Read(json, MessageKind.StateManifest) : null,
            json.TryField("missing") ? [.. json.Items(static item => item.Int32())] : null,
            json.Int32("requested"));
        json.EndObject();
        return transfer;
    }

    private static ImmutableSortedDictionary<Digest, Signed<NewView>> ReadNewViews(LogJsonReader json)
    {
        var newViews = ImmutableSortedDictionary.CreateBuilder<Digest, Signed<NewView>>();
        Digest? last = null;
        json.BeginArray("newViews");
        while (json.More())
        {
            json.BeginObject();
            var digest = json.Digest("digest");
            if (last is { } before && digest <= before) throw json.Fault("new-views ascend by digest");
            json.Field("message");
            newViews.Add(digest, MessageJson.ReadNewView(json));
            json.EndObject();
            last = digest;
        }

        return newViews.ToImmutable();
    }
}
