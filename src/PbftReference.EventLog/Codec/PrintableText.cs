using System.Buffers;
using System.Text;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// Which byte strings the log writes as text, to be readable: valid UTF-8 without characters that are not seen. The set is fixed here and
/// does not follow the Unicode version of the runtime, because what was written once must be written the same for ever.
/// </summary>
internal static class PrintableText
{
    internal static bool IsPrintable(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) != OperationStatus.Done || IsInvisible(rune.Value)) return false;
            bytes = bytes[consumed..];
        }

        return true;
    }

    // Control characters, the marks that join, reorder or separate text, and the byte order mark.
    private static bool IsInvisible(int rune) => rune
        is < 0x20 or (>= 0x7F and <= 0x9F) or 0xAD
        or (>= 0x200B and <= 0x200F) or (>= 0x2028 and <= 0x202E) or (>= 0x2060 and <= 0x206F)
        or 0xFEFF or (>= 0xFFF9 and <= 0xFFFB);
}
