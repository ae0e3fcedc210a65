using System.Collections.Immutable;
using System.Globalization;
using Newtonsoft.Json;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// Reads what <see cref="LogJsonWriter"/> writes: every field in its place, nothing unknown, nothing missing, every value in the one form
/// in which it is written. Every fault is a <see cref="LogFormatException"/> that names the document, the field and the position.
/// </summary>
/// <remarks>
/// Where the tokens come from is the deriving class's: <see cref="ReferenceJsonReader"/> says what is JSON and what is wrong with it;
/// <see cref="PlainJsonReader"/> is several times as fast, and reads the plain form only, which is nearly all that is ever written.
/// </remarks>
internal abstract class LogJsonReader
{
    /// <summary>The token on which the reader stands; none at the end.</summary>
    protected abstract JsonToken Token { get; }

    /// <summary>Whether it is a string, in double quotes.</summary>
    internal abstract bool IsString { get; }

    /// <summary>The characters of a string or of a field's name. Good until the next token.</summary>
    protected abstract ReadOnlySpan<char> Chars { get; }

    /// <summary>The bytes of a string.</summary>
    protected abstract byte[] Utf8 { get; }

    /// <summary>The value of true or false.</summary>
    protected abstract bool Truth { get; }

    /// <summary>Reads a whole document.</summary>
    /// <param name="document">What it is, for messages: a record type.</param>
    /// <param name="data">Its bytes.</param>
    /// <param name="read">Reads its one value. It may be asked twice, with another reader.</param>
    internal static T Decode<T>(string document, ReadOnlyMemory<byte> data, Func<LogJsonReader, T> read) =>
        PlainJsonReader.TryDecode(data, read, out var value) ? value : ReferenceJsonReader.Decode(document, data, read);

    /// <summary>What is wrong, and where the reader is.</summary>
    internal abstract LogFormatException Fault(string what);

    /// <summary>Goes to the next token.</summary>
    protected abstract void Advance();

    /// <summary>Whether the token is this field's name.</summary>
    protected abstract bool IsAt(string name);

    /// <summary>The value of a whole number; false if it is something else.</summary>
    protected abstract bool TryInteger(out long value);

    /// <summary>The token's value, for messages.</summary>
    protected abstract string ValueText { get; }

    /// <summary>Reads the one value of the document.</summary>
    protected T Whole<T>(Func<LogJsonReader, T> read)
    {
        Advance();
        var value = read(this);
        if (Token != JsonToken.None) throw Unexpected("the end");
        return value;
    }

    internal void BeginObject() => Take(JsonToken.StartObject, "an object");

    internal void BeginObject(string name)
    {
        Field(name);
        BeginObject();
    }

    internal void EndObject()
    {
        if (Token == JsonToken.PropertyName) throw Fault($"the field \"{Chars}\" is unknown here, or not in its place");
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
        if (Token != JsonToken.EndArray) return true;
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
        if (!IsAt(name)) return false;
        Advance();
        return true;
    }

    internal void Field(string name)
    {
        if (TryField(name)) return;
        throw Token == JsonToken.PropertyName
            ? Fault($"the field \"{name}\" is missing; \"{Chars}\" stands in its place")
            : Fault($"the field \"{name}\" is missing");
    }

    /// <summary>The name of the field that comes next; null at the end of the object.</summary>
    internal string? NextField => Token == JsonToken.PropertyName ? new string(Chars) : null;

    internal bool IsNull => Token == JsonToken.Null;

    internal bool IsObject => Token == JsonToken.StartObject;

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
        if (!TryInteger(out var value) || value < min || value > max)
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
        if (!IsString || !TryParseInt64(Chars, out var value)) throw Unexpected("a 64-bit number in a string, in decimal");
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

    /// <summary>Reads a number in a string that counts from 0.</summary>
    internal long From0(string name)
    {
        Field(name);
        return IsString && TryParseInt64(Chars, out var value) && value < 0 ? throw Unexpected("a number from 0 on") : Int64();
    }

    /// <summary>Reads the number of a replica of a cluster.</summary>
    internal ReplicaId Member(string name, int replicas)
    {
        Field(name);
        return Member(replicas);
    }

    /// <summary>Reads the numbers of replicas of a cluster.</summary>
    internal ImmutableArray<ReplicaId> Members(string name, int replicas) => Items(name, json => json.Member(replicas));

    private ReplicaId Member(int replicas)
    {
        if (TryInteger(out var value) && (value < 0 || value >= replicas))
        {
            throw Fault(string.Create(CultureInfo.InvariantCulture, $"there is no replica {value} in a cluster of {replicas}: they are 0 to {replicas - 1}"));
        }

        return new ReplicaId(Int32());
    }

    /// <summary>Reads a field that stands there only where it is true.</summary>
    internal bool True(string name)
    {
        Field(name);
        if (Token != JsonToken.Boolean || !Truth) throw Unexpected("true, or the field left out,");
        Advance();
        return true;
    }

    internal bool Bool(string name)
    {
        Field(name);
        if (Token != JsonToken.Boolean) throw Unexpected("true or false");
        var value = Truth;
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
        var value = new string(Chars);
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
        if (!IsString || !names.TryFind(Chars, out var value)) throw Unexpected($"a known {names.What}");
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
        if (!IsString || !TryParseHex(Chars, bytes)) throw Unexpected("a digest: 64 hexadecimal digits in lower case, or null");
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
        if (!IsString || TryParseBase64(Chars) is not { } bytes) throw Unexpected("bytes in base64");
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
            var text = Utf8;
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

    private void Take(JsonToken token, string wanted)
    {
        if (Token != token) throw Unexpected(wanted);
        Advance();
    }

    private LogFormatException Unexpected(string wanted)
    {
        var found = Token switch
        {
            JsonToken.None => "the end",
            JsonToken.StartObject => "an object",
            JsonToken.StartArray => "an array",
            JsonToken.EndObject => "the end of the object",
            JsonToken.EndArray => "the end of the array",
            JsonToken.PropertyName => $"the field \"{Chars}\"",
            JsonToken.Null => "null",
            JsonToken.Boolean => Truth ? "true" : "false",
            _ => $"\"{Shortened(ValueText)}\"",
        };
        return Fault($"{wanted} is wanted and {found} is there");
    }

    private static string Shortened(string value) => value.Length <= 80 ? value : value[..80] + "...";

    private static bool TryParseHex(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != 2 * bytes.Length || text.ContainsAnyInRange('A', 'F')) return false;
        return Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    // The one form that is written: padded, without whitespace, without bits beyond the last byte.
    private static byte[]? TryParseBase64(ReadOnlySpan<char> text)
    {
        if (text.Length % 4 != 0) return null;
        var padding = text.EndsWith("==") ? 2 : text.EndsWith('=') ? 1 : 0;
        var bytes = new byte[(text.Length / 4 * 3) - padding];
        if (!Convert.TryFromBase64Chars(text, bytes, out var written) || written != bytes.Length) return null;
        if (bytes.Length == 0) return bytes;
        var lastGroup = bytes.AsSpan((bytes.Length - 1) / 3 * 3);
        Span<char> group = stackalloc char[4];
        return Convert.TryToBase64Chars(lastGroup, group, out _) && text.EndsWith(group) ? bytes : null;
    }
}
