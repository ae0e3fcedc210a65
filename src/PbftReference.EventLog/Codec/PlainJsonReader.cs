using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Newtonsoft.Json;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// Reads JSON in its plain form straight from the bytes: no escapes and nothing but ASCII in strings, no fractions, no exponents. What is
/// not plain, or not what is wanted, it gives up, and <see cref="ReferenceJsonReader"/> reads the document anew and says what it is or
/// what is wrong with it. So all that this reader must do is never to read another value than that one.
/// </summary>
internal sealed class PlainJsonReader : LogJsonReader
{
    private const int MaxDepth = 60;
    private const int MaxDigits = 18;

    // What ends a string, and what is not plain in one.
    private static readonly SearchValues<byte> NotInStrings = SearchValues.Create(
        [.. Enumerable.Range(0, 256).Where(value => value is < 0x20 or '"' or '\\' or >= 0x80).Select(value => (byte)value)]);

    [ThreadStatic]
    private static char[]? _charsOfThread;

    private readonly ReadOnlyMemory<byte> _data;
    private int _next;
    private JsonToken _token;
    private int _textStart;
    private int _textLength;
    private long _number;

    // One bit for each thing that is open: 1 for an object.
    private ulong _objects;
    private int _depth;
    private bool _isBegun;
    private bool _isBehindName;
    private bool _isBehindValue;

    private PlainJsonReader(ReadOnlyMemory<byte> data) => _data = data;

    /// <inheritdoc/>
    internal override bool IsString => _token == JsonToken.String;

    /// <inheritdoc/>
    protected override JsonToken Token => _token;

    /// <inheritdoc/>
    protected override ReadOnlySpan<char> Chars
    {
        get
        {
            if (_charsOfThread is null || _charsOfThread.Length < _textLength) _charsOfThread = new char[Math.Max(256, _textLength)];
            Ascii.ToUtf16(TextBytes, _charsOfThread, out var written);
            return _charsOfThread.AsSpan(0, written);
        }
    }

    /// <inheritdoc/>
    protected override byte[] Utf8 => TextBytes.ToArray();

    /// <inheritdoc/>
    protected override bool Truth => _number == 1;

    /// <inheritdoc/>
    protected override string ValueText => "";

    private ReadOnlySpan<byte> TextBytes => _data.Span.Slice(_textStart, _textLength);

    private bool IsInObject => (_objects & 1) == 1;

    /// <summary>Reads a whole document; false if it is not plain, or not what is wanted.</summary>
    internal static bool TryDecode<T>(ReadOnlyMemory<byte> data, Func<LogJsonReader, T> read, [MaybeNullWhen(false)] out T value)
    {
        try
        {
            value = new PlainJsonReader(data).Whole(read);
            return true;
        }
        catch (LogFormatException)
        {
            value = default;
            return false;
        }
    }

    /// <inheritdoc/>
    internal override LogFormatException Fault(string what) => new(what);

    /// <inheritdoc/>
    protected override bool IsAt(string name) => _token == JsonToken.PropertyName && Ascii.Equals(TextBytes, name);

    /// <inheritdoc/>
    protected override bool TryInteger(out long value)
    {
        value = _number;
        return _token == JsonToken.Integer;
    }

    /// <inheritdoc/>
    protected override void Advance()
    {
        var data = _data.Span;
        var found = Peek(data);
        if (_depth == 0) AdvanceOutside(data, found);
        else if (_isBehindName) AdvanceBehindName(data, found);
        else AdvanceInside(data, found);
    }

    private void AdvanceOutside(ReadOnlySpan<byte> data, int found)
    {
        if (!_isBegun) ReadValue(data, found);
        else if (found < 0) _token = JsonToken.None;
        else throw NotPlain();
        _isBegun = true;
    }

    private void AdvanceBehindName(ReadOnlySpan<byte> data, int found)
    {
        if (found != ':') throw NotPlain();
        _next++;
        _isBehindName = false;
        ReadValue(data, Peek(data));
    }

    private void AdvanceInside(ReadOnlySpan<byte> data, int found)
    {
        if (found == (IsInObject ? '}' : ']'))
        {
            Close();
            return;
        }

        if (_isBehindValue)
        {
            if (found != ',') throw NotPlain();
            _next++;
            found = Peek(data);
        }

        if (!IsInObject)
        {
            ReadValue(data, found);
            return;
        }

        if (found != '"') throw NotPlain();
        ReadText(data);
        (_token, _isBehindName) = (JsonToken.PropertyName, true);
    }

    private void ReadValue(ReadOnlySpan<byte> data, int found)
    {
        _isBehindValue = true;
        switch (found)
        {
            case '"':
                ReadText(data);
                _token = JsonToken.String;
                break;
            case '{': Open(JsonToken.StartObject, 1); break;
            case '[': Open(JsonToken.StartArray, 0); break;
            case 't': ReadWord(data, "true"u8, JsonToken.Boolean, 1); break;
            case 'f': ReadWord(data, "false"u8, JsonToken.Boolean, 0); break;
            case 'n': ReadWord(data, "null"u8, JsonToken.Null, 0); break;
            default: ReadNumber(data); break;
        }
    }

    private void Open(JsonToken token, ulong bit)
    {
        if (++_depth > MaxDepth) throw NotPlain();
        _objects = (_objects << 1) | bit;
        (_token, _isBehindValue) = (token, false);
        _next++;
    }

    private void Close()
    {
        _token = IsInObject ? JsonToken.EndObject : JsonToken.EndArray;
        _objects >>= 1;
        _depth--;
        _isBehindValue = true;
        _next++;
    }

    private void ReadText(ReadOnlySpan<byte> data)
    {
        var start = _next + 1;
        var length = data[start..].IndexOfAny(NotInStrings);
        if (length < 0 || data[start + length] != '"') throw NotPlain();
        (_textStart, _textLength, _next) = (start, length, start + length + 1);
    }

    private void ReadWord(ReadOnlySpan<byte> data, ReadOnlySpan<byte> word, JsonToken token, long number)
    {
        if (!data[_next..].StartsWith(word)) throw NotPlain();
        (_token, _number) = (token, number);
        _next += word.Length;
    }

    private void ReadNumber(ReadOnlySpan<byte> data)
    {
        var rest = data[_next..];
        var sign = !rest.IsEmpty && rest[0] == '-' ? 1 : 0;
        var end = rest[sign..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = end < 0 ? rest[sign..] : rest.Slice(sign, end);
        // a number with a zero before others is octal to some readers
        if (digits.Length is 0 or > MaxDigits || (digits[0] == '0' && sign + digits.Length > 1)) throw NotPlain();
        _number = 0;
        foreach (var digit in digits) _number = (_number * 10) + (digit - '0');
        if (sign == 1) _number = -_number;
        _token = JsonToken.Integer;
        _next += sign + digits.Length;
    }

    // The next byte that is no white space; -1 at the end.
    private int Peek(ReadOnlySpan<byte> data)
    {
        while (_next < data.Length)
        {
            var found = data[_next];
            if (found is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')) return found;
            _next++;
        }

        return -1;
    }

    private static LogFormatException NotPlain() => new("not plain JSON");
}
