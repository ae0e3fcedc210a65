namespace PbftReference.EventLog.Snapshots;

/// <summary>What becomes of records that no recovery needs any more. Of snapshots, the last two that are confirmed are kept in any case.</summary>
public enum Retention
{
    /// <summary>Everything stays, so the whole history can be replayed and audited.</summary>
    All,

    /// <summary>The replica's stream is truncated before the older of the two snapshots that are kept.</summary>
    SinceSnapshots,
}
