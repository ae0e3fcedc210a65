using System.Text;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>Finds the one bit of a record's metadata or type that must be turned for its hash to hold.</summary>
internal static class BitSearch
{
    /// <summary>Says which bit it is; null if no single bit outside the data explains the damage.</summary>
    internal static string? Find(StoredEvent record)
    {
        var dataDigest = Digest.Of(record.Data.Span);
        return FindIn(record.Metadata.ToArray(), metadata => Holds(record, record.Type, metadata, dataDigest)) is { } inMetadata
            ? $"{inMetadata} of the metadata"
            : FindIn(Encoding.UTF8.GetBytes(record.Type), type => Holds(record, Encoding.UTF8.GetString(type), record.Metadata, dataDigest)) is { } inType
                ? $"{inType} of the type '{record.Type}'"
                : null;
    }

    private static string? FindIn(byte[] bytes, Func<byte[], bool> holds)
    {
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            var mask = (byte)(1 << (i % 8));
            bytes[i / 8] ^= mask;
            var found = holds(bytes);
            bytes[i / 8] ^= mask;
            if (found) return $"bit {i % 8} of byte {i / 8}";
        }

        return null;
    }

    private static bool Holds(StoredEvent record, string type, ReadOnlyMemory<byte> metadata, Digest dataDigest)
    {
        try
        {
            var decoded = RecordMetadata.Decode(metadata);
            return RecordHash.Of(record.Stream, record.Revision, type, decoded, dataDigest) == decoded.Hash;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }
}
