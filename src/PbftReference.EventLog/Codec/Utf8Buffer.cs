using System.Buffers;
using System.Buffers.Text;
using System.Text;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// A text writer into a growing UTF-8 buffer that is used again and again. The quoted values of the log (numbers, digests, base64) are
/// formatted straight into it.
/// </summary>
internal sealed class Utf8Buffer : TextWriter
{
    private const int LongestNumber = 20;

    /// <summary>The bytes that cannot stand in a JSON string as they are, and those that are not ASCII.</summary>
    internal static readonly SearchValues<byte> NeedsEscape =
        SearchValues.Create([.. Enumerable.Range(0, 256).Where(b => b is < 0x20 or > 0x7E or '"' or '\\').Select(b => (byte)b)]);

    private byte[] _bytes = new byte[1024];
    private int _length;
    private char _highSurrogate;

    public override Encoding Encoding => Encoding.UTF8;

    internal int Capacity => _bytes.Length;

    internal void Clear() => (_length, _highSurrogate) = (0, '\0');

    internal byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public override void Write(char value)
    {
        if (value < 0x80 && _highSurrogate == 0)
        {
            if (_length == _bytes.Length) Grow(1);
            _bytes[_length++] = (byte)value;
        }
        else
        {
            Write([value]);
        }
    }

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    // The two halves of one character may come in two calls.
    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.IsEmpty) return;
        if (_highSurrogate != 0)
        {
            Span<char> pair = [_highSurrogate, buffer[0]];
            _highSurrogate = '\0';
            Append(pair);
            buffer = buffer[1..];
        }

        if (!buffer.IsEmpty && char.IsHighSurrogate(buffer[^1]))
        {
            _highSurrogate = buffer[^1];
            buffer = buffer[..^1];
        }

        Append(buffer);
    }

    internal void QuotedInt64(long value)
    {
        var span = Reserve(LongestNumber + 2);
        span[0] = (byte)'"';
        Utf8Formatter.TryFormat(value, span[1..], out var written);
        span[written + 1] = (byte)'"';
        _length += written + 2;
    }

    internal void Int32(int value)
    {
        Utf8Formatter.TryFormat(value, Reserve(LongestNumber), out var written);
        _length += written;
    }

    internal void QuotedDigest(Digest value)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        value.CopyTo(bytes);
        var span = Reserve((2 * Digest.Size) + 2);
        span[0] = (byte)'"';
        Convert.TryToHexStringLower(bytes, span[1..], out var written);
        span[written + 1] = (byte)'"';
        _length += written + 2;
    }

    internal void QuotedBase64(ReadOnlySpan<byte> value)
    {
        var span = Reserve(Base64.GetMaxEncodedToUtf8Length(value.Length) + 2);
        span[0] = (byte)'"';
        Base64.EncodeToUtf8(value, span[1..], out _, out var written);
        span[written + 1] = (byte)'"';
        _length += written + 2;
    }

    /// <summary>Writes text without any byte that <see cref="NeedsEscape"/>.</summary>
    internal void QuotedAscii(ReadOnlySpan<byte> value)
    {
        var span = Reserve(value.Length + 2);
        span[0] = (byte)'"';
        value.CopyTo(span[1..]);
        span[value.Length + 1] = (byte)'"';
        _length += value.Length + 2;
    }

    private void Append(ReadOnlySpan<char> text)
    {
        var span = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, span);
    }

    private Span<byte> Reserve(int count)
    {
        if (_length + count > _bytes.Length) Grow(count);
        return _bytes.AsSpan(_length);
    }

    private void Grow(int count) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
}
