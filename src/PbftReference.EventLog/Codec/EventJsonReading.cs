using System.Collections.Immutable;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>Reads what the other part writes, and takes over from the input what the event leaves out.</summary>
internal static partial class EventJson
{
    internal static ReplicaEvent Read(LogJsonReader json, Input input)
    {
        json.BeginObject();
        var change = ReadFields(json, json.Name("event", Names.Events), input);
        json.EndObject();
        return change;
    }

    private static ReplicaEvent ReadFields(LogJsonReader json, EventKind kind, Input input) => kind switch
    {
        EventKind.Started => new Started(json.Digest("incarnation")),
        EventKind.RequestAccepted => new RequestAccepted(ReadSigned<Request>(json, "request", MessageKind.Request, input)),
        EventKind.BatchTimeReached => new BatchTimeReached(),
        EventKind.PrePrepareSent => new PrePrepareSent(View(json), Place(json), BatchDigest(json), json.Items("requests", ReadRequestId)),
        EventKind.PrePrepareAccepted => Accepted<PrePrepare>(json, "prePrepare", MessageKind.PrePrepare, input, static (m, s) => new PrePrepareAccepted(m, s)),
        EventKind.PrepareSent => new PrepareSent(View(json), Place(json), BatchDigest(json)),
        EventKind.PrepareAccepted => Accepted<Prepare>(json, "prepare", MessageKind.Prepare, input, static (m, s) => new PrepareAccepted(m, s)),
        EventKind.Prepared => new Prepared(View(json), Place(json), BatchDigest(json)),
        EventKind.CommitSent => new CommitSent(View(json), Place(json), BatchDigest(json)),
        EventKind.CommitAccepted => Accepted<Commit>(json, "commit", MessageKind.Commit, input, static (m, s) => new CommitAccepted(m, s)),
        EventKind.CommittedLocal => new CommittedLocal(View(json), Place(json), BatchDigest(json)),
        EventKind.CommitProofAccepted => new CommitProofAccepted(ReadUnsigned<CommitProof>(json, "proof", MessageKind.CommitProof, input)),
        EventKind.BatchAccepted => new BatchAccepted(Place(json), ReadBatch(json, input)),
        EventKind.ExecutionStarted => new ExecutionStarted(Place(json)),
        EventKind.BatchExecuted => new BatchExecuted(Place(json), ReadResults(json, input), json.Digest("serviceDigest")),
        EventKind.CheckpointSent => new CheckpointSent(Place(json), json.Digest("stateDigest")),
        EventKind.CheckpointAccepted => Accepted<Checkpoint>(json, "checkpoint", MessageKind.Checkpoint, input, static (m, s) => new CheckpointAccepted(m, s)),
        EventKind.StableProofAccepted => new StableProofAccepted(ReadCertificate(json, input)),
        EventKind.CheckpointStable => new CheckpointStable(Place(json), json.Digest("stateDigest")),
        EventKind.ProgressNoted => new ProgressNoted(new SequenceNumber(json.Int64("lastExecuted"))),
        EventKind.TransferStarted => new TransferStarted(Place(json), json.Digest("stateDigest"), json.Replicas("sources"), json.Int32("attempt")),
        EventKind.ManifestAccepted => new ManifestAccepted(ReadUnsigned<StateManifest>(json, "manifest", MessageKind.StateManifest, input)),
        EventKind.TransferStaged => new TransferStaged(ReadMissing(json, input)),
        EventKind.PagesAccepted => new PagesAccepted(json.Int32s("pages")),
        EventKind.TransferCompleted => new TransferCompleted(Place(json), json.Digest("stateDigest"), ReadClients(json, input), json.Digest("serviceDigest")),
        EventKind.ViewChangeSent => new ViewChangeSent(View(json), json.Name("reason", Names.ViewChangeReasons), json.Digest("viewChange")),
        EventKind.ViewChangeAccepted => Accepted<ViewChange>(json, "viewChange", MessageKind.ViewChange, input, static (m, s) => new ViewChangeAccepted(m, s)),
        EventKind.ViewChangeDeferred => Accepted<ViewChange>(json, "viewChange", MessageKind.ViewChange, input, static (m, s) => new ViewChangeDeferred(m, s)),
        EventKind.NewViewSent => new NewViewSent(View(json), json.Replicas("replicas"), json.Digest("newView")),
        EventKind.NewViewAccepted => Accepted<NewView>(json, "newView", MessageKind.NewView, input, static (m, s) => new NewViewAccepted(m, s)),
        EventKind.NewViewDeferred => Accepted<NewView>(json, "newView", MessageKind.NewView, input, static (m, s) => new NewViewDeferred(m, s)),
        EventKind.NewViewWanted => new NewViewWanted(json.Digest("newView")),
        EventKind.ViewEntered => new ViewEntered(View(json), json.Digest("newView")),
        EventKind.EvidenceKept => new EvidenceKept(new ReplicaId(json.Int32("accused"))),
        EventKind.Halted => new Halted(json.Text("contradiction")),
    };

    private static ViewNumber View(LogJsonReader json) => new(json.Int64("view"));

    private static SequenceNumber Place(LogJsonReader json) => new(json.Int64("sequenceNumber"));

    private static Digest BatchDigest(LogJsonReader json) => json.Digest("batchDigest");

    private static ReplicaEvent Accepted<T>(
        LogJsonReader json, string name, MessageKind kind, Input input, Func<T, Signature, ReplicaEvent> make)
        where T : Message
    {
        var signed = ReadSigned<T>(json, name, kind, input);
        return make(signed.Statement, signed.Signature);
    }

    private static Signed<T> ReadSigned<T>(LogJsonReader json, string name, MessageKind kind, Input input)
        where T : Message
    {
        if (json.TryField(name))
        {
            var (message, signature) = MessageJson.ReadSigned(json, kind);
            return new Signed<T>((T)message, signature);
        }

        return input is MessageReceived { Message: T received } carrier ? new Signed<T>(received, carrier.Signature) : throw Missing(json, name);
    }

    private static T ReadUnsigned<T>(LogJsonReader json, string name, MessageKind kind, Input input)
        where T : Message
    {
        if (json.TryField(name)) return (T)MessageJson.Read(json, kind);
        return input is MessageReceived { Message: T received } ? received : throw Missing(json, name);
    }

    private static Batch ReadBatch(LogJsonReader json, Input input) =>
        CertificateJson.ReadOptionalBatch(json, "batch") ?? InputContent.BatchOf(input) ?? throw Missing(json, "batch");

    private static CheckpointCertificate ReadCertificate(LogJsonReader json, Input input)
    {
        if (json.TryField("certificate")) return CertificateJson.ReadStable(json, null);
        return InputContent.CertificateOf(input) ?? throw Missing(json, "certificate");
    }

    private static ImmutableArray<ImmutableArray<byte>> ReadResults(LogJsonReader json, Input input)
    {
        if (json.TryField("results")) return json.Items(static item => item.Payload());
        return input is ExecutionCompleted completed ? completed.Results : throw Missing(json, "results");
    }

    private static ImmutableArray<int> ReadMissing(LogJsonReader json, Input input)
    {
        if (json.TryField("missing")) return json.Items(static item => item.Int32());
        return input is StateStaged staged ? staged.Missing : throw Missing(json, "missing");
    }

    private static ClientTable ReadClients(LogJsonReader json, Input input)
    {
        if (json.TryField("clients")) return ClientTableJson.Read(json);
        return input is StateInstalled installed ? installed.Clients : throw Missing(json, "clients");
    }

    private static LogFormatException Missing(LogJsonReader json, string name) =>
        json.Fault($"the field \"{name}\" is missing, and the step's input has none to take over");

    private static RequestId ReadRequestId(LogJsonReader json)
    {
        var text = json.Text();
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0
            && LogJsonReader.TryParseInt64(text.AsSpan(0, colon), out var client)
            && LogJsonReader.TryParseInt64(text.AsSpan(colon + 1), out var timestamp))
        {
            return new RequestId(new ClientId(client), new Timestamp(timestamp));
        }

        throw json.Fault($"a request is named client:timestamp, not \"{text}\"");
    }
}
