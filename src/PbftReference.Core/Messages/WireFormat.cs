using PbftReference.Core.Types;

namespace PbftReference.Core.Messages;

/// <summary>
/// A whole signed message as bytes for the network: one byte of kind, the message's fields in the order of their declaration, the
/// signature; nested messages with their signatures. It is canonical: bytes that decode are exactly those that encoding what was
/// decoded gives, so no two byte strings stand for one message.
/// </summary>
/// <remarks>
/// Decoding checks form only: bounds, known kinds, order where the type says ascending, nothing left over. Whether signatures hold and
/// whether the message makes sense is for others to say.
/// </remarks>
public static class WireFormat
{
    // A larger buffer than this is given back after use: one huge message must not cost memory for ever.
    private const int KeptBuffer = 1 << 20;

    [ThreadStatic]
    private static CanonicalWriter? _writer;

    /// <summary>The bytes of a message under its signature.</summary>
    /// <param name="statement">The message. Lists that ascend by their type must ascend, else the bytes do not decode.</param>
    /// <param name="signature">Its sender's signature.</param>
    public static byte[] Encode(Message statement, Signature signature)
    {
        var writer = _writer ??= new CanonicalWriter();
        writer.Clear();
        WireFormatWriter.WriteMessage(writer, statement, signature);
        var bytes = writer.ToArray();
        if (bytes.Length > KeptBuffer) _writer = null;
        return bytes;
    }

    /// <summary>Reads a message and its signature.</summary>
    /// <param name="bytes">Exactly one message.</param>
    /// <exception cref="InvalidDataException">The bytes are not the encoding of any message; says what is wrong at which byte.</exception>
    public static (Message Statement, Signature Signature) Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var decoded = WireFormatReader.ReadMessage(ref reader);
        reader.End();
        return decoded;
    }

    /// <summary>The bytes of a client's signed request: those of <see cref="Encode"/>.</summary>
    public static byte[] EncodeRequest(Signed<Request> request) => Encode(request.Statement, request.Signature);

    /// <summary>Reads a client's signed request.</summary>
    /// <param name="bytes">Exactly one request.</param>
    /// <exception cref="InvalidDataException">The bytes are not a request; says what is wrong at which byte.</exception>
    public static Signed<Request> DecodeRequest(ReadOnlySpan<byte> bytes)
    {
        var (statement, signature) = Decode(bytes);
        return statement is Request request
            ? new Signed<Request>(request, signature)
            : throw new InvalidDataException($"at byte 0: a request is wanted and a message of kind {statement.Kind} came");
    }
}
