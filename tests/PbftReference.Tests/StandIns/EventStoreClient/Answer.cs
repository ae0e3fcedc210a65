using System.Buffers.Binary;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>What a server answers: a head, messages, and trailers, or messages after which nothing more comes.</summary>
internal sealed record Answer(
    int HttpStatus,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyList<byte[]> Frames,
    IReadOnlyDictionary<string, string> Trailers,
    bool StaysOpen = false)
{
    private static readonly Dictionary<string, string> Grpc = new() { ["content-type"] = "application/grpc" };

    /// <summary>Whatever the server can do.</summary>
    public static Answer Features { get; } = Ok(Array.Empty<byte>());

    public string? GrpcStatus => Headers.GetValueOrDefault("grpc-status") ?? Trailers.GetValueOrDefault("grpc-status");

    public static Answer Ok(params byte[][] frames) => new(200, Grpc, frames, new Dictionary<string, string> { ["grpc-status"] = "0" });

    /// <summary>A success of an append: revision 0 at place 1.</summary>
    public static Answer Appended() => Ok(Convert.FromHexString("0a0808001a0408011001"));

    /// <summary>Messages after which nothing more comes until the caller ends the call.</summary>
    public static Answer Open(params byte[][] frames) => new(200, Grpc, frames, new Dictionary<string, string>(), StaysOpen: true);

    /// <summary>A failure in the head, without messages.</summary>
    public static Answer Failed(int status, string message = "", params (string Name, string Value)[] keys)
    {
        var headers = new Dictionary<string, string>(Grpc) { ["grpc-status"] = $"{status}", ["grpc-message"] = message };
        foreach (var (name, value) in keys)
        {
            headers[name] = value;
        }

        return new Answer(200, headers, [], new Dictionary<string, string>());
    }

    /// <summary>The same failure behind the head.</summary>
    public Answer InTrailers() => this with { Headers = Grpc, Trailers = Headers.Where(header => header.Key != "content-type").ToDictionary() };

    public byte[] Body()
    {
        var body = new MemoryStream();
        Span<byte> prefix = stackalloc byte[5];
        foreach (var frame in Frames)
        {
            BinaryPrimitives.WriteInt32BigEndian(prefix[1..], frame.Length);
            body.Write(prefix);
            body.Write(frame);
        }

        return body.ToArray();
    }
}

/// <summary>A request as it arrived.</summary>
internal sealed record Request(Uri Uri, Version Version, string Method, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The messages of the body, which must be whole frames.</summary>
    public IReadOnlyList<byte[]> Frames()
    {
        var frames = new List<byte[]>();
        for (var rest = Body.AsSpan(); rest.Length > 0;)
        {
            Xunit.Assert.Equal(0, rest[0]);
            var length = BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
            frames.Add(rest.Slice(5, length).ToArray());
            rest = rest[(5 + length)..];
        }

        return frames;
    }
}
