namespace PbftReference.EventLog.Trace;

/// <summary>What a file's first bytes say that it is, if it is no trace.</summary>
internal static class FileBeginning
{
    /// <summary>How many bytes are looked at.</summary>
    public const int Length = 16;

    /// <summary>Why a file that begins so is no trace, and how to go on; null if it may be one.</summary>
    public static string? WhyNoTrace(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith("SQLite format 3\0"u8)) return "this is a database, such as the log of a run is in: name the directory that holds it, not the file";
        if (Packing(first) is { } packing) return $"this is compressed ({packing}): unpack it first";
        if (first.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return "the file begins with a byte order mark: a trace is UTF-8 without one";
        if (first.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || first.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return "this is UTF-16: a trace is UTF-8";
        return null;
    }

    private static string? Packing(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return "gzip";
        if (first.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])) return "zstd";
        if (first.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'])) return "xz";
        if (first.StartsWith("PK\u0003\u0004"u8)) return "zip";
        return first.StartsWith("BZh"u8) ? "bzip2" : null;
    }
}
