using EventStore.Client;
using Grpc.Core;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>What the API must make of a recorded answer, by the tests' own reading of it.</summary>
internal static class FixtureExpectation
{
    /// <summary>Checks what an append came to.</summary>
    public static async Task Append(FixtureStep step, Func<Task<IWriteResult>> call)
    {
        if (await Fails(step, call))
        {
            return;
        }

        var answer = ProtoTree.Parse(Assert.Single(step.Answer.Frames));
        if (answer.Message(1) is { } success)
        {
            var result = Assert.IsType<SuccessResult>(await call());
            Assert.Equal(success.Number(1) ?? ulong.MaxValue, result.NextExpectedStreamRevision.ToUInt64());
            Assert.Equal(ReadPosition(success.Message(3)), result.LogPosition);
            return;
        }

        var wrong = answer.Message(2)!;
        var exception = await Assert.ThrowsAsync<WrongExpectedVersionException>(call);
        Assert.Equal(wrong.Number(6) ?? ulong.MaxValue, exception.ActualStreamRevision.ToUInt64());
        Assert.Equal((long?)wrong.Number(6), exception.ActualVersion);
        var expected = wrong.Number(8) is { } revision ? revision <= long.MaxValue ? (long)revision : null : (long?)(wrong.Fields[^1] switch
        {
            9 => -2,
            10 => -4,
            11 => -1,
            _ => 0,
        });
        Assert.Equal(expected, exception.ExpectedVersion);
    }

    public static async Task Delete(FixtureStep step, Func<Task<DeleteResult>> call)
    {
        if (!await Fails(step, call))
        {
            Assert.Equal(ReadPosition(ProtoTree.Parse(Assert.Single(step.Answer.Frames)).Message(1)), (await call()).LogPosition);
        }
    }

    /// <summary>Checks the messages of a read or a subscription, and the failure after them.</summary>
    public static async Task Messages(FixtureStep step, IAsyncEnumerable<StreamMessage> messages, bool isRead)
    {
        await using var all = messages.GetAsyncEnumerator();
        foreach (var frame in step.Answer.Frames.Select(ProtoTree.Parse))
        {
            Assert.True(await all.MoveNextAsync());
            if (all.Current is StreamMessage.Ok)
            {
                Assert.True(isRead && frame.Fields[0] != 4);
                Assert.True(await all.MoveNextAsync());
            }

            Message(frame, all.Current);
        }

        if (!step.Answer.StaysOpen && !await Fails(step, async () => await all.MoveNextAsync()))
        {
            Assert.False(await all.MoveNextAsync());
        }
    }

    private static async Task<bool> Fails<T>(FixtureStep step, Func<Task<T>> call)
    {
        var status = step.Answer.GrpcStatus is { } text ? int.Parse(text) : step.Answer.HttpStatus == 404 ? 12 : 2;
        if (status == 0)
        {
            return false;
        }

        var keys = step.Answer.Headers.Concat(step.Answer.Trailers).ToDictionary();
        var exception = await Assert.ThrowsAnyAsync<Exception>(call);
        Failure(exception, status, keys);
        return true;
    }

    public static void Failure(Exception exception, int status, IReadOnlyDictionary<string, string> keys)
    {
        switch (keys.GetValueOrDefault("exception"))
        {
            case "stream-deleted":
                Assert.Equal(keys["stream-name"], Assert.IsType<StreamDeletedException>(exception).Stream);
                break;
            case "access-denied":
                Assert.IsType<AccessDeniedException>(exception);
                break;
            case "wrong-expected-version":
                var wrong = Assert.IsType<WrongExpectedVersionException>(exception);
                Assert.Equal(keys["stream-name"], wrong.StreamName);
                Assert.Equal(long.Parse(keys["expected-version"]) is >= 0 and var expected ? expected : null, wrong.ExpectedVersion);
                Assert.Equal(long.Parse(keys["actual-version"]) is >= 0 and var actual ? actual : null, wrong.ActualVersion);
                break;
            case "maximum-append-size-exceeded":
                Assert.Equal(uint.Parse(keys["maximum-append-size"]), Assert.IsType<MaximumAppendSizeExceededException>(exception).MaxAppendSize);
                break;
            case "missing-required-metadata-property":
                Assert.Contains("type,content-type", Assert.IsType<RequiredMetadataPropertyMissingException>(exception).Message, StringComparison.Ordinal);
                break;
            case null when status == 16:
                exception = Assert.IsType<NotAuthenticatedException>(exception);
                break;
            case null:
                exception = new InvalidOperationException("", Assert.IsType<RpcException>(exception));
                break;
            default:
                Assert.Fail($"Unknown key {keys["exception"]}");
                break;
        }

        var rpc = Assert.IsType<RpcException>(exception.InnerException);
        Assert.Equal((StatusCode)status, rpc.StatusCode);
        if (keys.TryGetValue("grpc-message", out var text))
        {
            Assert.Equal(text, rpc.Status.Detail);
        }
    }

    private static void Message(ProtoTree frame, StreamMessage message)
    {
        switch (frame.Fields[0])
        {
            case 1:
                Event(frame.Message(1)!, Assert.IsType<StreamMessage.Event>(message).ResolvedEvent);
                break;
            case 2:
                Assert.Equal(frame.Message(2)!.Text(1), Assert.IsType<StreamMessage.SubscriptionConfirmation>(message).SubscriptionId);
                break;
            case 4:
                Assert.IsType<StreamMessage.NotFound>(message);
                break;
            case 5:
                Assert.Equal(frame.Number(5), Assert.IsType<StreamMessage.FirstStreamPosition>(message).StreamPosition.ToUInt64());
                break;
            case 6:
                Assert.Equal(frame.Number(6), Assert.IsType<StreamMessage.LastStreamPosition>(message).StreamPosition.ToUInt64());
                break;
            case 8:
                Assert.IsType<StreamMessage.CaughtUp>(message);
                break;
            default:
                Assert.Fail($"Unknown message {frame.Fields[0]}");
                break;
        }
    }

    private static void Event(ProtoTree read, ResolvedEvent actual)
    {
        var (expected, record) = (read.Message(1)!, actual.Event);
        var system = expected.Map(6);
        Assert.Null(actual.Link);
        Assert.Equal(FixtureCall.ReadId(expected.Message(1)!), record.EventId);
        Assert.Equal(expected.Message(2)!.Text(3), record.EventStreamId);
        Assert.Equal(expected.Number(3) ?? 0, record.EventNumber.ToUInt64());
        Assert.Equal(new Position(expected.Number(5) ?? 0, expected.Number(4) ?? 0), record.Position);
        Assert.Equal(read.Number(3), actual.OriginalPosition?.CommitPosition);
        Assert.Equal((system["type"], system["content-type"]), (record.EventType, record.ContentType));
        Assert.Equal(DateTime.UnixEpoch.AddTicks(long.Parse(system["created"])), record.Created);
        Assert.Equal(expected.Bytes(7) ?? [], record.Metadata.ToArray());
        Assert.Equal(expected.Bytes(8) ?? [], record.Data.ToArray());
    }

    private static Position ReadPosition(ProtoTree? position) =>
        position is null ? default : new Position(position.Number(1) ?? 0, position.Number(2) ?? 0);
}
