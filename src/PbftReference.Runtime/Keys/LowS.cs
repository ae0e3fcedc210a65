using System.Numerics;

namespace PbftReference.Runtime.Keys;

/// <summary>
/// Of the two ECDSA signatures (r, s) and (r, n - s) that hold for the same message, the one with the smaller s: so that a signature has one form,
/// and a proof made of it cannot be changed into another that holds as well.
/// </summary>
internal static class LowS
{
    private const int Half = 32;

    // The order of P-256 (SEC 2, section 2.4.2).
    private static readonly BigInteger Order = new(Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), isUnsigned: true, isBigEndian: true);

    /// <summary>Whether a signature (IEEE P1363, 64 bytes) is of this form.</summary>
    internal static bool Is(ReadOnlySpan<byte> signature) => signature.Length == 2 * Half && S(signature) <= Order / 2;

    /// <summary>Puts a signature into this form.</summary>
    internal static byte[] Of(byte[] signature)
    {
        if (signature.Length != 2 * Half || Is(signature)) return signature;
        var s = (Order - S(signature)).ToByteArray(isUnsigned: true, isBigEndian: true);
        var low = new byte[2 * Half];
        signature.AsSpan(0, Half).CopyTo(low);
        s.CopyTo(low.AsSpan(low.Length - s.Length));
        return low;
    }

    private static BigInteger S(ReadOnlySpan<byte> signature) => new(signature[Half..], isUnsigned: true, isBigEndian: true);
}
