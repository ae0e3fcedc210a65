using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;

namespace PbftReference.Tests.EventLog.Log;

/// <summary>Steps as a replica makes them, short and long.</summary>
internal static class SampleSteps
{
    public static Step Started(int incarnation = 1) =>
        new(new ReplicaStarted(DigestOf(incarnation)), [new Started(DigestOf(incarnation))], null, []);

    /// <summary>A vote of another replica for place n, signed at a place of that replica's log.</summary>
    public static Step VoteReceived(int from, long n, LogPosition signedAt)
    {
        var prepare = new Prepare(new ViewNumber(0), new SequenceNumber(n), DigestOf(n), Digest.None, new ReplicaId(from));
        var signature = new Signature(signedAt.Revision, signedAt.Hash, [1, 2, 3]);
        return new Step(new MessageReceived(prepare, signature), [new PrepareAccepted(prepare, signature)], null, []);
    }

    /// <summary>A client's request with an operation of so many bytes; it concerns no other replica.</summary>
    public static Step RequestReceived(long timestamp, int bytes = 20)
    {
        var request = new Request(new ClientId(7), new Timestamp(timestamp), OperationOf(timestamp, bytes));
        var signature = Signature.OfClient([4, 5, 6]);
        return new Step(
            new MessageReceived(request, signature), [new RequestAccepted(new Signed<Request>(request, signature))], null, []);
    }

    public static Step ExecutionAsked(long n) =>
        new(new TimerExpired(TimerKind.Batch), [new ExecutionStarted(new SequenceNumber(n))], null, []);

    public static Step Executed(long n)
    {
        ImmutableArray<ImmutableArray<byte>> results = [[.. "done"u8]];
        return new Step(
            new ExecutionCompleted(new SequenceNumber(n), results, DigestOf(n)),
            [new BatchExecuted(new SequenceNumber(n), results, DigestOf(n))],
            null,
            []);
    }

    public static Digest DigestOf(long value) => Digest.Of(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));

    private static ImmutableArray<byte> OperationOf(long timestamp, int bytes)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"operation {timestamp} ");
        return [.. Enumerable.Range(0, bytes).Select(i => (byte)text[i % text.Length])];
    }
}
