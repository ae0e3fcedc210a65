using System.Buffers;
using System.Buffers.Text;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Log;

/// <summary>
/// Reads metadata byte for byte in the one form in which it is written (<see cref="RecordMetadata.Encode"/>). Of anything else it says
/// nothing: the JSON reader then says what is wrong.
/// </summary>
internal ref struct MetadataForm
{
    private const int HexLength = 2 * Digest.Size;
    private const int GuidLength = 36;

    private ReadOnlySpan<byte> _rest;
    private bool _holds;

    private MetadataForm(ReadOnlySpan<byte> bytes)
    {
        _rest = bytes;
        _holds = true;
    }

    /// <summary>The metadata; null if it is not in that form.</summary>
    internal static RecordMetadata? TryRead(ReadOnlySpan<byte> bytes)
    {
        var form = new MetadataForm(bytes);
        form.Take("{"u8);
        var correlation = form.Has("\"$correlationId\":\""u8) ? form.TakeHex("\","u8) : Digest.None;
        Guid? causation = form.Has("\"$causationId\":\""u8) ? form.TakeGuid() : null;
        form.Take("\"time\":\""u8);
        var time = form.TakeNumber();
        form.Take("\",\"prevHash\":"u8);
        var previous = form.TakeDigest();
        form.Take(",\"hash\":"u8);
        var hash = form.TakeDigest();
        form.Take("}"u8);
        return form._holds && form._rest.IsEmpty ? new RecordMetadata(correlation, causation, time, previous, hash) : null;
    }

    private bool Has(ReadOnlySpan<byte> text)
    {
        if (!_rest.StartsWith(text)) return false;
        _rest = _rest[text.Length..];
        return true;
    }

    private void Take(ReadOnlySpan<byte> text) => _holds &= Has(text);

    private Digest TakeDigest()
    {
        if (Has("null"u8)) return Digest.None;
        Take("\""u8);
        return TakeHex("\""u8);
    }

    // A digest of zeros is never written in digits.
    private Digest TakeHex(ReadOnlySpan<byte> end)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        var hex = Cut(HexLength);
        _holds &= hex.Length == HexLength && !hex.ContainsAnyInRange((byte)'A', (byte)'F') && Convert.FromHexString(hex, bytes, out _, out _) == OperationStatus.Done;
        if (!_holds) return Digest.None;
        Take(end);
        var digest = new Digest(bytes);
        _holds &= !digest.IsNone;
        return digest;
    }

    private Guid TakeGuid()
    {
        var text = Cut(GuidLength);
        _holds &= !text.ContainsAnyInRange((byte)'A', (byte)'F') & Utf8Parser.TryParse(text, out Guid value, out var used, 'D') & used == GuidLength;
        Take("\","u8);
        return value;
    }

    private long TakeNumber()
    {
        var end = _rest.IndexOf((byte)'"');
        var text = Cut(Math.Max(end, 0));
        var digits = !text.IsEmpty && text[0] == '-' ? text[1..] : text;
        _holds &= !digits.IsEmpty && digits[0] is >= (byte)'0' and <= (byte)'9' && (digits[0] != '0' || text.Length == 1);
        _holds &= Utf8Parser.TryParse(text, out long value, out var used) & used == text.Length;
        return value;
    }

    private ReadOnlySpan<byte> Cut(int length)
    {
        var cut = _rest[..Math.Min(length, _rest.Length)];
        _rest = _rest[cut.Length..];
        return cut;
    }
}
