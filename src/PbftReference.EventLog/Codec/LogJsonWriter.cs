using System.Collections.Immutable;
using System.Text;
using Newtonsoft.Json;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// Writes the log's JSON: no whitespace, 64-bit numbers as strings, digests as hexadecimal strings. The same values give the same bytes.
/// </summary>
internal sealed class LogJsonWriter : IDisposable
{
    // A larger buffer than this is given back after use.
    private const int KeptBuffer = 1 << 20;

    [ThreadStatic]
    private static LogJsonWriter? _ofThread;

    private readonly Utf8Buffer _buffer = new();
    private readonly JsonTextWriter _json;

    private LogJsonWriter() => _json = new JsonTextWriter(_buffer) { Formatting = Formatting.None };

    /// <summary>What a function writes, as bytes.</summary>
    internal static byte[] Encode<T>(T value, Action<LogJsonWriter, T> write)
    {
        // Taken for the time of its use: what throws half-way leaves no half-written document to the next.
        var writer = _ofThread ?? new LogJsonWriter();
        _ofThread = null;
        writer._buffer.Clear();
        write(writer, value);
        var bytes = writer._buffer.ToArray();
        if (writer._buffer.Capacity <= KeptBuffer) _ofThread = writer;
        return bytes;
    }

    public void Dispose() => _json.Close();

    internal void BeginObject() => _json.WriteStartObject();

    internal void BeginObject(string name)
    {
        Name(name);
        _json.WriteStartObject();
    }

    internal void EndObject() => _json.WriteEndObject();

    internal void BeginArray(string name)
    {
        Name(name);
        _json.WriteStartArray();
    }

    internal void EndArray() => _json.WriteEndArray();

    internal void Null() => _json.WriteNull();

    internal void Null(string name)
    {
        Name(name);
        _json.WriteNull();
    }

    internal void Int32(string name, int value)
    {
        Name(name);
        Int32(value);
    }

    internal void Int32(int value)
    {
        Delimit();
        _buffer.Int32(value);
    }

    internal void Int64(string name, long value)
    {
        Name(name);
        Int64(value);
    }

    internal void Int64(long value)
    {
        Delimit();
        _buffer.QuotedInt64(value);
    }

    internal void Bool(string name, bool value)
    {
        Name(name);
        _json.WriteValue(value);
    }

    internal void Text(string name, string value)
    {
        Name(name);
        _json.WriteValue(value);
    }

    internal void Text(string value) => _json.WriteValue(value);

    internal void Digest(string name, Digest value)
    {
        Name(name);
        Digest(value);
    }

    /// <summary>A digest; null for the digest that stands for nothing.</summary>
    internal void Digest(Digest value)
    {
        if (value.IsNone)
        {
            _json.WriteNull();
            return;
        }

        Delimit();
        _buffer.QuotedDigest(value);
    }

    internal void Base64(string name, ImmutableArray<byte> value)
    {
        Name(name);
        Base64(value);
    }

    internal void Base64(ImmutableArray<byte> value)
    {
        Delimit();
        _buffer.QuotedBase64(value.AsSpan());
    }

    internal void Payload(string name, ImmutableArray<byte> value)
    {
        Name(name);
        Payload(value);
    }

    /// <summary>An operation or a result: a string if it is printable text, else an object with its base64.</summary>
    internal void Payload(ImmutableArray<byte> value)
    {
        var bytes = value.AsSpan();
        if (!bytes.ContainsAny(Utf8Buffer.NeedsEscape))
        {
            Delimit();
            _buffer.QuotedAscii(bytes);
        }
        else if (PrintableText.IsPrintable(bytes))
        {
            _json.WriteValue(Encoding.UTF8.GetString(bytes));
        }
        else
        {
            BeginObject();
            Base64("base64", value);
            EndObject();
        }
    }

    internal void Int32s(string name, IEnumerable<int> values)
    {
        BeginArray(name);
        foreach (var value in values) Int32(value);
        EndArray();
    }

    internal void Digests(string name, ImmutableArray<Digest> values)
    {
        BeginArray(name);
        foreach (var value in values) Digest(value);
        EndArray();
    }

    internal void Replicas(string name, IEnumerable<ReplicaId> values)
    {
        BeginArray(name);
        foreach (var value in values) Int32(value.Value);
        EndArray();
    }

    internal void Payloads(string name, ImmutableArray<ImmutableArray<byte>> values)
    {
        BeginArray(name);
        foreach (var value in values) Payload(value);
        EndArray();
    }

    private void Name(string name) => _json.WritePropertyName(name, escape: false);

    // Writes what must stand before the value and tells the writer that a value follows; the value goes straight into the buffer.
    private void Delimit() => _json.WriteRawValue(null);
}
