namespace PbftReference.EventLog.Log;

/// <summary>The types of the records that are not steps. The types of steps are in <c>Codec.Names</c>.</summary>
public static class RecordTypes
{
    /// <summary>A piece of a payload that is too large for its record, raw; the record that follows names it by its SHA-256.</summary>
    public const string Blob = "blob/1";

    /// <summary>How many inputs were refused, by reason, since the last such record.</summary>
    public const string RefusalsCounted = "refusals-counted/1";

    /// <summary>Confirms a snapshot that stands in the stream of snapshots.</summary>
    public const string SnapshotTaken = "snapshot-taken/1";

    /// <summary>A snapshot's manifest; only in a stream of snapshots.</summary>
    public const string Snapshot = "snapshot/1";
}
