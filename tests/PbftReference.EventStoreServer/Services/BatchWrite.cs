using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>A write of a batch of which not all fragments are there yet.</summary>
internal sealed class BatchWrite(BatchFragment first, WriteOptions options, CancellationToken ended) : IDisposable
{
    private readonly CancellationTokenSource _settled = CancellationTokenSource.CreateLinkedTokenSource(ended);

    /// <summary>What it is to be written to.</summary>
    public WriteOptions Options => options;

    /// <summary>Its events so far.</summary>
    public List<NewEvent> Events { get; } = [];

    /// <summary>The bytes of data in them.</summary>
    public long Size { get; set; }

    /// <summary>Whether a fragment could not be used. Then it is never written, and times out.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Cancelled when its time-out does not matter any more.</summary>
    public CancellationToken Settled => _settled.Token;

    /// <summary>The answer that it was written.</summary>
    public ReadOnlyMemory<byte> Success(WriteOutcome.Written written) =>
        Answer(first.Correlation, to => to.Message(3, success => WriteAnswers.WriteSuccess(success, written)));

    /// <summary>The answer that it was not.</summary>
    public ReadOnlyMemory<byte> Failure(BatchError error) => Answer(first.Correlation, to => to.Message(2, error.Write));

    /// <summary>The answer that it took too long. EventStoreDB gives its id as two numbers then, however the client gave it.</summary>
    public ReadOnlyMemory<byte> TimedOut()
    {
        var id = new ProtoWriter();
        SharedMessages.WriteStructured(id, SharedMessages.ReadUuid(first.Correlation));
        return Answer(id.Written.ToArray(), to => to.Message(2, BatchError.Timeout.Write));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _settled.Cancel();
        _settled.Dispose();
    }

    private ReadOnlyMemory<byte> Answer(byte[] correlation, Action<ProtoWriter> writeResult)
    {
        var answer = new ProtoWriter().Bytes(1, correlation);
        writeResult(answer);
        return answer.Message(4, to => SharedMessages.WriteStream(to, options.Stream)).Written;
    }
}
