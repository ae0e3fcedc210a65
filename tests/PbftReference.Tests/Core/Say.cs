using System.Collections.Immutable;
using System.Text;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Tests.Core;

/// <summary>Messages and inputs made by hand, short enough to read in a test.</summary>
internal static class Say
{
    public static Signed<Request> Request(long client, long timestamp, string operation = "put a 1")
    {
        var id = new ClientId(client);
        return new Signed<Request>(new Request(id, new Timestamp(timestamp), [.. Encoding.UTF8.GetBytes(operation)]), Seal.Of(id));
    }

    public static Batch Batch(long client, long timestamp, string operation = "put a 1") => new([Request(client, timestamp, operation)]);

    public static Batch BatchOf(params Signed<Request>[] requests) => new([.. requests]);

    public static PrePrepare PrePrepare(long view, long n, Batch? batch, int replica, Digest newView = default, bool withBatch = true) =>
        new(new ViewNumber(view), new SequenceNumber(n), batch?.Digest ?? Digest.None, newView, new ReplicaId(replica), withBatch ? batch : null);

    public static Prepare Prepare(long view, long n, Batch? batch, int replica, Digest newView = default) =>
        new(new ViewNumber(view), new SequenceNumber(n), batch?.Digest ?? Digest.None, newView, new ReplicaId(replica));

    public static Commit Commit(long view, long n, Batch? batch, int replica) =>
        new(new ViewNumber(view), new SequenceNumber(n), batch?.Digest ?? Digest.None, new ReplicaId(replica));

    public static Checkpoint Checkpoint(long n, Digest state, int replica) => new(new SequenceNumber(n), state, new ReplicaId(replica));

    public static ViewChange ViewChange(ClusterConfiguration configuration, long view, int replica, params PreparedCertificate[] prepared) =>
        new(new ViewNumber(view), GenesisOf(configuration), [.. prepared], new ReplicaId(replica));

    public static CheckpointCertificate GenesisOf(ClusterConfiguration configuration) =>
        new(new SequenceNumber(0), StateDigests.Genesis(configuration), []);

    public static CheckpointCertificate Stable(long n, Digest state, params int[] signers) =>
        new(new SequenceNumber(n), state, Votes(signers));

    public static PreparedCertificate Prepared(long view, long n, Batch? batch, Digest newView, params int[] signers) =>
        new(new ViewNumber(view), new SequenceNumber(n), batch?.Digest ?? Digest.None, newView, Votes(signers));

    public static CommitCertificate Committed(long view, long n, Batch? batch, params int[] signers) =>
        new(new ViewNumber(view), new SequenceNumber(n), batch?.Digest ?? Digest.None, Votes(signers));

    public static ImmutableArray<Vote> Votes(params int[] signers) =>
        [.. signers.Select(i => new Vote(new ReplicaId(i), Seal.Of(new ReplicaId(i))))];

    public static Signed<T> Signed<T>(T message)
        where T : ReplicaMessage => new(message, Seal.Of(message.Replica));

    public static MessageReceived From(ReplicaMessage message) => new(message, Seal.Of(message.Replica));

    public static MessageReceived From(Signed<Request> request) => new(request.Statement, request.Signature);

    public static Digest Hash(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

    public static ExecutionCompleted Executed(long n, int results = 1, string serviceDigest = "after") =>
        new(new SequenceNumber(n), [.. Enumerable.Repeat(ImmutableArray.Create((byte)1), results)], Hash(serviceDigest));
}
