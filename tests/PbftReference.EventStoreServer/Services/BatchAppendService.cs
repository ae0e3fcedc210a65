using System.Collections.Concurrent;
using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>
/// Streams/BatchAppend: writes in fragments, an answer for each write. The call stays open after the client half-closed it, until the client
/// or its deadline ends it, as EventStoreDB 23.10 leaves it.
/// </summary>
internal sealed class BatchAppendService(EventWriter writer, AccessControl access, EventStoreServerOptions server)
{
    /// <summary>Serves one call.</summary>
    public async Task ServeAsync(GrpcCall call, ServerUser? user)
    {
        using var batch = new Batch(call, user, writer, access, server);
        while (await call.NextAsync() is { } message) await batch.TakeAsync(BatchFragment.Read(message));
        await Task.Delay(Timeout.Infinite, call.Ended);
    }

    /// <summary>The writes of one call.</summary>
    private sealed class Batch(GrpcCall call, ServerUser? user, EventWriter writer, AccessControl access, EventStoreServerOptions server) : IDisposable
    {
        private readonly ConcurrentDictionary<Guid, BatchWrite> _writes = new();
        private readonly SemaphoreSlim _sending = new(1);

        /// <summary>Takes a fragment, and writes what is complete with it.</summary>
        public async Task TakeAsync(BatchFragment fragment)
        {
            var id = SharedMessages.ReadUuid(fragment.Correlation);
            if (fragment.Options is { } options) Begin(id, fragment, options);
            if (!_writes.TryGetValue(id, out var write))
            {
                var orphan = new BatchWrite(fragment, new WriteOptions("", default, null), call.Ended);
                await AnswerAsync(orphan.Failure(BatchError.BadRequest("a fragment without options belongs to no write")));
                orphan.Dispose();
                return;
            }

            if (Refusal(write, fragment) is { } refusal)
            {
                if (!write.IsBroken) End(id);
                await AnswerAsync(write.Failure(refusal));
            }
            else if (fragment.IsFinal && !write.IsBroken)
            {
                End(id);
                await WriteAsync(write);
            }
        }

        public void Dispose()
        {
            foreach (var id in _writes.Keys) End(id);
        }

        private void Begin(Guid id, BatchFragment fragment, WriteOptions options)
        {
            var write = new BatchWrite(fragment, options, call.Ended);
            End(id);
            _writes[id] = write;
            var timeout = options.Timeout is { } asked && asked < server.WriteTimeout ? asked : server.WriteTimeout;
            _ = TimeOutAsync(id, write, timeout, write.Settled);
        }

        private void End(Guid id)
        {
            if (_writes.TryRemove(id, out var ended)) ended.Dispose();
        }

        private async Task TimeOutAsync(Guid id, BatchWrite write, TimeSpan timeout, CancellationToken settled)
        {
            try
            {
                await Task.Delay(timeout, server.Clock, settled);
                if (_writes.TryRemove(KeyValuePair.Create(id, write))) await AnswerAsync(write.TimedOut());
            }
            catch (OperationCanceledException)
            {
                // It was answered, or nobody waits for it.
            }
        }

        private BatchError? Refusal(BatchWrite write, BatchFragment fragment)
        {
            if (write.Options.Expected.Kind == Expectation.Unnamed) return BatchError.BadRequest("no expected revision is named");
            if (!SystemNames.CanBeWritten(write.Options.Stream)) return BatchError.BadRequest($"nobody can write to '{write.Options.Stream}'");
            if (!access.Allows(user, write.Options.Stream, StreamRight.Write)) return BatchError.AccessDenied;

            foreach (var proposed in fragment.Events)
            {
                if (proposed.MissingProperty is not null)
                {
                    write.IsBroken = true;
                    return BatchError.BadRequest("The given key was not present in the dictionary.");
                }

                write.Size += proposed.Data.Length;
                if (write.Size > server.MaxAppendSize) return BatchError.TooLarge(server.MaxAppendSize);
                if (Unusable(proposed, write.Events) is { } why) return BatchError.BadRequest(why);
            }

            return null;
        }

        private static string? Unusable(ProposedEvent proposed, List<NewEvent> events)
        {
            try
            {
                events.Add(proposed.Checked());
                return null;
            }
            catch (MalformedMessageException e)
            {
                return e.Message;
            }
        }

        private async Task WriteAsync(BatchWrite write)
        {
            try
            {
                var (outcome, insideAnswer) = await writer.WriteAsync(call, write.Options, write.Events, isBatch: true);
                var answer = outcome switch
                {
                    WriteOutcome.Written written => write.Success(written),
                    WriteOutcome.WrongRevision wrong => write.Failure(BatchError.WrongRevision(write.Options.Expected, wrong.Actual)),
                    _ => write.Failure(BatchError.StreamDeleted(write.Options.Stream)),
                };
                if (insideAnswer is null)
                {
                    await AnswerAsync(answer);
                    return;
                }

                await call.SendHalfAsync(answer);
                throw call.Drop(insideAnswer.Scope);
            }
            catch (GrpcFailure failure) when (failure.Status == GrpcStatus.Aborted)
            {
                await AnswerAsync(write.Failure(BatchError.Timeout));
            }
        }

        private async Task AnswerAsync(ReadOnlyMemory<byte> answer)
        {
            await _sending.WaitAsync(call.Ended);
            try
            {
                await call.SendAsync(answer);
                await call.FlushAsync();
            }
            finally
            {
                _sending.Release();
            }
        }
    }
}
