using System.Globalization;
using System.Text;
using Newtonsoft.Json;

namespace PbftReference.EventLog.Codec;

/// <summary>Newtonsoft's reader: what is JSON, what it says, and where it is wrong.</summary>
internal sealed class ReferenceJsonReader : LogJsonReader, IDisposable
{
    private readonly string _document;
    private readonly string? _within;
    private readonly JsonTextReader _json;

    private ReferenceJsonReader(string document, ReadOnlyMemory<byte> data, string? within = null)
    {
        (_document, _within) = (document, within);
        _json = new JsonTextReader(new Utf8Text(data))
        {
            DateParseHandling = DateParseHandling.None,
            MaxDepth = JsonText.MaxDepth,
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
            throw new LogFormatException($"{document}: not JSON: {JsonText.FaultOf(e, reader._json.Depth, Encoding.UTF8.GetString(data.Span))}", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new LogFormatException(string.Create(CultureInfo.InvariantCulture, $"{document}: not UTF-8: at byte {Utf8Text.FaultIn(data.Span) + 1}"), e);
        }
    }

    /// <summary>Reads a part of a document, whose text is not the one that it has there: faults name the field in the document alone.</summary>
    /// <param name="field">Which field of the document it is.</param>
    /// <param name="data">Its bytes, which are JSON.</param>
    /// <param name="read">Reads its one value.</param>
    internal static T DecodeWithin<T>(string field, ReadOnlyMemory<byte> data, Func<LogJsonReader, T> read)
    {
        using var reader = new ReferenceJsonReader("", data, field);
        return reader.Whole(read);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Close();

    /// <inheritdoc/>
    internal override LogFormatException Fault(string what)
    {
        if (_within is null) return new LogFormatException($"{_document}: {JsonText.Where(_json.Path, _json.LineNumber, _json.LinePosition)}: {what}");
        return new LogFormatException($"at field \"{_within}{(_json.Path.Length == 0 ? "" : ".")}{_json.Path}\": {what}");
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
        if (!_json.Read())
        {
            // there the library keeps the token before, as if it stood there again
            if (JsonText.IsOpen(_json)) throw new LogFormatException($"{_document}: not JSON: {JsonText.Where(_json.Path, _json.LineNumber, _json.LinePosition)}: {JsonText.Cut}");
            return;
        }

        if (_json.TokenType == JsonToken.Comment) throw Fault("comments are not allowed");
    }
}
