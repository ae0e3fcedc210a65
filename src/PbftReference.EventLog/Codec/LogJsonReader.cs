using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// Reads what <see cref="LogJsonWriter"/> writes: every field in its place, nothing unknown, nothing missing, every value in the one form
/// in which it is written. Every fault is a <see cref="LogFormatException"/> that names the document, the field and the position.
/// </summary>
internal sealed class LogJsonReader : IDisposable
{
    private readonly string _document;
    private readonly JsonTextReader _json;

    private LogJsonReader(string document, ReadOnlyMemory<byte> data)
    {
        _document = document;
        _json = new JsonTextReader(new Utf8Text(data))
        {
            DateParseHandling = DateParseHandling.None,
            ArrayPool = CharPool.Shared,
            PropertyNameTable = FieldNames.Table,
        };
    }

    /// <summary>Reads a whole document.</summary>
    /// <param name="document">What it is, for messages: a record type.</param>
    /// <param name="data">Its bytes.</param>
    /// <param name="read">Reads its one value.</param>
    internal static T Decode<T>(string document, ReadOnlyMemory<byte> data, Func<LogJsonReader, T> read)
    {
        using var reader = new LogJsonReader(document, data);
        try
        {
            reader.Advance();
            var value = read(reader);
            reader.End();
            return value;
        }
        catch (JsonReaderException e)
        {
            throw new LogFormatException($"{document}: not JSON: {e.Message}", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new LogFormatException($"{document}: not UTF-8: {e.Message}", e);
        }
    }

    public void Dispose() => _json.Close();

    /// <summary>Where the reader is.</summary>
    internal LogFormatException Fault(string what)
    {
        var field = _json.Path.Length == 0 ? "the document" : $"field \"{_json.Path}\"";
        return new LogFormatException(string.Create(
            CultureInfo.InvariantCulture, $"{_document}: at {field}, line {_json.LineNumber}, character {_json.LinePosition}: {what}"));
    }

    internal void BeginObject() => Take(JsonToken.StartObject, "an object");

    internal void BeginObject(string name)
    {
        Field(name);
        BeginObject();
    }

    internal void EndObject()
    {
        if (_json.TokenType == JsonToken.PropertyName) throw Fault($"the field \"{_json.Value}\" is unknown here, or not in its place");
        Take(JsonToken.EndObject, "the end of the object");
    }

    internal void BeginArray(string name)
    {
        Field(name);
        Take(JsonToken.StartArray, "an array");
    }

    /// <summary>Whether another item follows; steps over the end of the array if none does.</summary>
    internal bool More()
    {
        if (_json.TokenType != JsonToken.EndArray) return true;
        Advance();
        return false;
    }

    /// <summary>Reads a list of items.</summary>
    internal ImmutableArray<T> Items<T>(string name, Func<LogJsonReader, T> item)
    {
        Field(name);
        return Items(item);
    }

    /// <summary>Reads a list of items.</summary>
    internal ImmutableArray<T> Items<T>(Func<LogJsonReader, T> item)
    {
        Take(JsonToken.StartArray, "an array");
        var items = ImmutableArray.CreateBuilder<T>();
        while (More()) items.Add(item(this));
        return items.DrainToImmutable();
    }

    internal ImmutableArray<int> Int32s(string name) => Items(name, static json => json.Int32());

    internal ImmutableArray<Digest> Digests(string name) => Items(name, static json => json.Digest());

    internal ImmutableArray<ReplicaId> Replicas(string name) => Items(name, static json => new ReplicaId(json.Int32()));

    internal ImmutableArray<ImmutableArray<byte>> Payloads(string name) => Items(name, static json => json.Payload());

    /// <summary>Whether this field comes next; steps over its name if it does.</summary>
    internal bool TryField(string name)
    {
        if (_json.TokenType != JsonToken.PropertyName || (string)_json.Value! != name) return false;
        if (_json.QuoteChar != '"') throw Fault("names stand in double quotes");
        Advance();
        return true;
    }

    internal void Field(string name)
    {
        if (TryField(name)) return;
        throw _json.TokenType == JsonToken.PropertyName
            ? Fault($"the field \"{name}\" is missing; \"{_json.Value}\" stands in its place")
            : Fault($"the field \"{name}\" is missing");
    }

    /// <summary>The name of the field that comes next; null at the end of the object.</summary>
    internal string? NextField => _json.TokenType == JsonToken.PropertyName ? (string)_json.Value! : null;

    internal bool IsNull => _json.TokenType == JsonToken.Null;

    internal bool IsObject => _json.TokenType == JsonToken.StartObject;

    internal bool IsString => _json is { TokenType: JsonToken.String, QuoteChar: '"' };

    internal void Null() => Take(JsonToken.Null, "null");

    internal int Int32(string name)
    {
        Field(name);
        return Int32();
    }

    internal int Int32() => (int)Number(int.MinValue, int.MaxValue);

    /// <summary>A number that is written as one, from 0 up to a bound.</summary>
    internal long Number(long max) => Number(0, max);

    private long Number(long min, long max)
    {
        if (_json.TokenType != JsonToken.Integer || _json.Value is not long value || value < min || value > max)
        {
            throw Unexpected(string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));
        }

        Advance();
        return value;
    }

    internal long Int64(string name)
    {
        Field(name);
        return Int64();
    }

    internal long Int64()
    {
        if (!IsString || !TryParseInt64((string)_json.Value!, out var value)) throw Unexpected("a 64-bit number in a string, in decimal");
        Advance();
        return value;
    }

    /// <summary>Reads a decimal number that is written in the one way in which numbers are written.</summary>
    internal static bool TryParseInt64(ReadOnlySpan<char> text, out long value)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)) return false;
        var digits = text[0] == '-' ? text[1..] : text;
        return text[0] != '+' && (digits[0] != '0' || text.Length == 1);
    }

    internal bool Bool(string name)
    {
        Field(name);
        if (_json.TokenType != JsonToken.Boolean) throw Unexpected("true or false");
        var value = (bool)_json.Value!;
        Advance();
        return value;
    }

    internal string Text(string name)
    {
        Field(name);
        return Text();
    }

    internal string Text()
    {
        if (!IsString) throw Unexpected("a string");
        var value = (string)_json.Value!;
        Advance();
        return value;
    }

    internal T Name<T>(string name, NameTable<T> names)
        where T : struct, Enum
    {
        Field(name);
        return Name(names);
    }

    internal T Name<T>(NameTable<T> names)
        where T : struct, Enum
    {
        if (!IsString || !names.TryFind((string)_json.Value!, out var value)) throw Unexpected($"a known {names.What}");
        Advance();
        return value;
    }

    internal Digest Digest(string name)
    {
        Field(name);
        return Digest();
    }

    internal Digest Digest()
    {
        if (IsNull)
        {
            Advance();
            return Core.Types.Digest.None;
        }

        Span<byte> bytes = stackalloc byte[Core.Types.Digest.Size];
        if (!IsString || !TryParseHex((string)_json.Value!, bytes)) throw Unexpected("a digest: 64 hexadecimal digits in lower case, or null");
        var digest = new Digest(bytes);
        if (digest.IsNone) throw Fault("the digest of nothing is written as null");
        Advance();
        return digest;
    }

    internal ImmutableArray<byte> Base64(string name)
    {
        Field(name);
        return Base64();
    }

    internal ImmutableArray<byte> Base64()
    {
        if (!IsString || TryParseBase64((string)_json.Value!) is not { } bytes) throw Unexpected("bytes in base64");
        Advance();
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(bytes);
    }

    internal ImmutableArray<byte> Payload(string name)
    {
        Field(name);
        return Payload();
    }

    /// <summary>Reads an operation or a result; see <see cref="LogJsonWriter.Payload(ImmutableArray{byte})"/>.</summary>
    internal ImmutableArray<byte> Payload()
    {
        if (IsString)
        {
            var text = Encoding.UTF8.GetBytes((string)_json.Value!);
            if (!PrintableText.IsPrintable(text)) throw Fault("bytes that are no printable text are written in base64");
            Advance();
            return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(text);
        }

        if (!IsObject) throw Unexpected("text, or an object with base64");
        BeginObject();
        var bytes = Base64("base64");
        if (PrintableText.IsPrintable(bytes.AsSpan())) throw Fault("printable text is written as text");
        EndObject();
        return bytes;
    }

    private void End()
    {
        if (_json.TokenType != JsonToken.None) throw Unexpected("the end");
    }

    private void Take(JsonToken token, string wanted)
    {
        if (_json.TokenType != token) throw Unexpected(wanted);
        Advance();
    }

    private LogFormatException Unexpected(string wanted)
    {
        var found = _json.TokenType switch
        {
            JsonToken.None => "the end",
            JsonToken.StartObject => "an object",
            JsonToken.StartArray => "an array",
            JsonToken.EndObject => "the end of the object",
            JsonToken.EndArray => "the end of the array",
            JsonToken.PropertyName => $"the field \"{_json.Value}\"",
            JsonToken.Null => "null",
            _ => $"\"{Shortened(Convert.ToString(_json.Value, CultureInfo.InvariantCulture) ?? "")}\"",
        };
        return Fault($"{wanted} is wanted and {found} is there");
    }

    private static string Shortened(string value) => value.Length <= 80 ? value : value[..80] + "...";

    private static bool TryParseHex(string text, Span<byte> bytes)
    {
        if (text.Length != 2 * bytes.Length || text.AsSpan().ContainsAnyInRange('A', 'F')) return false;
        return Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    // The one form that is written: padded, without whitespace, without bits beyond the last byte.
    private static byte[]? TryParseBase64(string text)
    {
        if (text.Length % 4 != 0) return null;
        var padding = text.EndsWith("==", StringComparison.Ordinal) ? 2 : text.EndsWith('=') ? 1 : 0;
        var bytes = new byte[(text.Length / 4 * 3) - padding];
        if (!Convert.TryFromBase64String(text, bytes, out var written) || written != bytes.Length) return null;
        if (bytes.Length == 0) return bytes;
        var lastGroup = bytes.AsSpan((bytes.Length - 1) / 3 * 3);
        return text.EndsWith(Convert.ToBase64String(lastGroup), StringComparison.Ordinal) ? bytes : null;
    }

    // The reader stands on the next token; at the end on none.
    private void Advance()
    {
        if (!_json.Read()) return;
        if (_json.TokenType == JsonToken.Comment) throw Fault("comments are not allowed");
    }
}
