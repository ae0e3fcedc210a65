using System.Globalization;
using System.Text;
using Newtonsoft.Json;

namespace PbftReference.EventLog.Codec;

/// <summary>Newtonsoft's reader: what is JSON, what it says, and where it is wrong.</summary>
internal sealed class ReferenceJsonReader : LogJsonReader, IDisposable
{
    private readonly string _document;
    private readonly JsonTextReader _json;

    private ReferenceJsonReader(string document, ReadOnlyMemory<byte> data)
    {
        _document = document;
        _json = new JsonTextReader(new Utf8Text(data))
        {
            DateParseHandling = DateParseHandling.None,
            ArrayPool = CharPool.Shared,
            PropertyNameTable = FieldNames.Table,
        };
    }

    /// <inheritdoc/>
    internal override bool IsString => _json is { TokenType: JsonToken.String, QuoteChar: '"' };

    /// <inheritdoc/>
    protected override JsonToken Token => _json.TokenType;

    /// <inheritdoc/>
    protected override ReadOnlySpan<char> Chars => (string)_json.Value!;

    /// <inheritdoc/>
    protected override byte[] Utf8 => Encoding.UTF8.GetBytes((string)_json.Value!);

    /// <inheritdoc/>
    protected override bool Truth => (bool)_json.Value!;

    /// <inheritdoc/>
    protected override string ValueText => Convert.ToString(_json.Value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>Reads a whole document.</summary>
    /// <param name="document">What it is, for messages: a record type.</param>
    /// <param name="data">Its bytes.</param>
    /// <param name="read">Reads its one value.</param>
    internal static new T Decode<T>(string document, ReadOnlyMemory<byte> data, Func<LogJsonReader, T> read)
    {
        using var reader = new ReferenceJsonReader(document, data);
        try
        {
            return reader.Whole(read);
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

    /// <inheritdoc/>
    public void Dispose() => _json.Close();

    /// <inheritdoc/>
    internal override LogFormatException Fault(string what)
    {
        var field = _json.Path.Length == 0 ? "the document" : $"field \"{_json.Path}\"";
        return new LogFormatException(string.Create(
            CultureInfo.InvariantCulture, $"{_document}: at {field}, line {_json.LineNumber}, character {_json.LinePosition}: {what}"));
    }

    /// <inheritdoc/>
    protected override bool IsAt(string name)
    {
        if (_json.TokenType != JsonToken.PropertyName || (string)_json.Value! != name) return false;
        return _json.QuoteChar == '"' ? true : throw Fault("names stand in double quotes");
    }

    /// <inheritdoc/>
    protected override bool TryInteger(out long value)
    {
        value = _json is { TokenType: JsonToken.Integer, Value: long number } ? number : 0;
        return _json is { TokenType: JsonToken.Integer, Value: long };
    }

    /// <inheritdoc/>
    protected override void Advance()
    {
        if (!_json.Read()) return;
        if (_json.TokenType == JsonToken.Comment) throw Fault("comments are not allowed");
    }
}
