using System.Buffers;
using System.Text;
using Newtonsoft.Json;

namespace PbftReference.EventLog.Codec;

/// <summary>Reads UTF-8 bytes as text without a copy of the whole; bytes that are not UTF-8 are a fault.</summary>
internal sealed class Utf8Text(ReadOnlyMemory<byte> bytes) : TextReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Decoder _decoder = Strict.GetDecoder();
    private ReadOnlyMemory<byte> _rest = bytes;

    /// <summary>The first byte that is not UTF-8, from 0 on; the length if all are.</summary>
    internal static int FaultIn(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out var used) == OperationStatus.Done) at += used;
        return at;
    }

    public override int Read(char[] buffer, int index, int count)
    {
        _decoder.Convert(_rest.Span, buffer.AsSpan(index, count), flush: true, out var used, out var written, out _);
        _rest = _rest[used..];
        return written;
    }
}

/// <summary>Lends the JSON reader its buffers.</summary>
internal sealed class CharPool : IArrayPool<char>
{
    internal static readonly CharPool Shared = new();

    public char[] Rent(int minimumLength) => ArrayPool<char>.Shared.Rent(minimumLength);

    public void Return(char[]? array)
    {
        if (array is not null) ArrayPool<char>.Shared.Return(array);
    }
}
