using System.Collections.Immutable;
using System.Text;
using PbftReference.Audit.Verification;
using PbftReference.Audit.Verification.Foreign;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Trace;

namespace PbftReference.Tests.Audit.Foreign;

/// <summary>A trace of four replicas made by hand, in profile named-new-view. Replica 0 is faulty: what it does is not in the trace.</summary>
internal sealed class HandMadeTrace
{
    private static readonly Signature Signed = Signature.OfClient([1]);
    private readonly List<TraceStep> _steps = [];

    public HandMadeTrace()
    {
        for (var i = 1; i < 4; i++) _steps.Add(new TraceStep(new ReplicaId(i), 0, null) { Restart = true });
    }

    public static ClusterConfiguration Configuration { get; } = new() { CheckpointPeriod = 10, LogMultiplier = 2, BatchSize = 1, ClientWindow = 4 };

    public IReadOnlyList<TraceStep> Steps => _steps;

    public static TraceHeader Header { get; } = new(
        TraceProfile.NamedNewView, TraceAuthentication.Signatures, "made by hand", "wrong", "none", Digest.None, Configuration, [], null);

    /// <summary>A batch of one request.</summary>
    public static Batch BatchOf(string operation, long timestamp) =>
        new([new Signed<Request>(new Request(new ClientId(1), new Timestamp(timestamp), [.. Encoding.UTF8.GetBytes(operation)]), Signed)]);

    /// <summary>A replica receives a message, and sends others.</summary>
    public void Step(int replica, Message? received, params ReplicaMessage[] sent) =>
        Add(replica, received, [.. sent.Select(message => Sending(replica, message))], []);

    /// <summary>A replica receives a message, and executes a batch at place 1.</summary>
    public void Execute(int replica, Message received, Batch batch)
    {
        ImmutableArray<byte> result = [.. "ok"u8];
        Add(replica, received, [], [new TraceExecution(new SequenceNumber(1), batch.Digest, [result], Digest.Of(batch.Digest.ToArray()))]);
    }

    private void Add(int replica, Message? received, ImmutableArray<TraceSend> sends, ImmutableArray<TraceExecution> executions)
    {
        var id = new ReplicaId(replica);
        var receive = received is null ? null : TraceMessage.Of(received, Signed);
        _steps.Add(new TraceStep(id, _steps.Last(step => step.Replica == id).Number + 1, null) { Receive = receive, Sends = sends, Executions = executions });
    }

    private static TraceSend Sending(int replica, ReplicaMessage message) =>
        new([.. Enumerable.Range(0, 4).Where(i => i != replica).Select(i => new ReplicaId(i))], null, TraceMessage.Of(message, Signature.Own));

    /// <summary>The proposal of place 1 in a view.</summary>
    public static PrePrepare PrePrepare(long view, Batch batch, NewView? newView = null) => new(
        new ViewNumber(view), new SequenceNumber(1), batch.Digest, newView?.StatementDigest ?? Digest.None, Configuration.PrimaryOf(new ViewNumber(view)), batch);

    /// <summary>A vote for it.</summary>
    public static Prepare Prepare(int replica, PrePrepare m) => new(m.View, m.SequenceNumber, m.BatchDigest, m.NewView, new ReplicaId(replica));

    /// <summary>A commit of it.</summary>
    public static Commit Commit(int replica, PrePrepare m) => new(m.View, m.SequenceNumber, m.BatchDigest, new ReplicaId(replica));

    /// <summary>The certificate that it is prepared.</summary>
    public static PreparedCertificate Certificate(PrePrepare m, params int[] voters) =>
        new(m.View, m.SequenceNumber, m.BatchDigest, m.NewView, [.. voters.Select(i => new Vote(new ReplicaId(i), Signed))]);

    /// <summary>What a replica shows of a decision to whoever lacks it.</summary>
    public static CommitProof Proof(int replica, PrePrepare m, params int[] who)
    {
        var certificate = Certificate(m, who);
        return new CommitProof(certificate, new CommitCertificate(m.View, m.SequenceNumber, m.BatchDigest, certificate.Votes), m.Batch, new ReplicaId(replica));
    }

    /// <summary>A wish for a view.</summary>
    public static ViewChange ViewChange(int replica, long view, params PreparedCertificate[] prepared)
    {
        var genesis = new CheckpointCertificate(new SequenceNumber(0), StateDigests.Genesis(Configuration), []);
        return new ViewChange(new ViewNumber(view), genesis, [.. prepared], new ReplicaId(replica));
    }

    /// <summary>A new view that carries over these batches.</summary>
    public static NewView NewView(long view, ViewChange[] viewChanges, params Batch[] carried) => new(
        new ViewNumber(view), [.. viewChanges.OrderBy(m => m.Replica.Value).Select(m => new Signed<ViewChange>(m, Signed))],
        [.. carried.Select((batch, i) => new CarriedOver(new SequenceNumber(i + 1), batch.Digest))], Configuration.PrimaryOf(new ViewNumber(view)));

    /// <summary>Judges it.</summary>
    /// <param name="authentication">How messages were authenticated.</param>
    /// <param name="within">In how many further steps a replica does what it can.</param>
    public VerificationReport Verify(TraceAuthentication authentication = TraceAuthentication.Signatures, long? within = null) => TraceVerifier.Run(
        Header with { Authentication = authentication }, _steps,
        new VerificationOptions { Within = within, Expected = ImmutableSortedDictionary<string, long>.Empty.Add("records", 1) });

    /// <summary>The file.</summary>
    public string ToText()
    {
        using var stream = new MemoryStream();
        TraceFile.Write(stream, Header, _steps.OrderBy(step => step.Replica.Value).Select(step => new TraceLine(step, null)));
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
