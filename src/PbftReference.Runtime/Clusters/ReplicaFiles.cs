using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Runtime.Clusters;

/// <summary>The files in which a replica keeps what it must not forget.</summary>
/// <param name="Log">The log's path, or the address of the database that has it.</param>
/// <param name="Ledger">The ledger's path.</param>
public sealed record ReplicaFiles(string Log, string Ledger)
{
    /// <summary>Those of a node.</summary>
    public static ReplicaFiles Of(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new ReplicaFiles(settings["node.log"].Text, settings["node.ledger"].Text);
    }

    /// <summary>Whether the log is in a database.</summary>
    public bool InDatabase => EventStoreDb.IsAddress(Log);

    /// <summary>Whether there is a file of a log with something in it.</summary>
    public bool HasLog => !InDatabase && new FileInfo(Log) is { Exists: true, Length: > 0 };

    /// <summary>
    /// What is to be said if the log is gone or empty and the ledger is not, so that the replica took part and lost what it promised; null
    /// otherwise.
    /// </summary>
    public string? LostLog => InDatabase || HasLog || new FileInfo(Ledger) is not { Exists: true, Length: > 0 }
        ? null
        : Lost($"the log {Log} is {(File.Exists(Log) ? "empty" : "missing")}");

    /// <summary>The same of a log that is there and holds none of this replica's records.</summary>
    /// <param name="hasStream">Whether the log has the replica's stream.</param>
    /// <param name="hasBlocks">Whether the ledger has blocks.</param>
    public string? LostStream(bool hasStream, bool hasBlocks) => hasStream || !hasBlocks
        ? null
        : Lost($"{EventStoreDb.WithoutSecrets(Log)} does not hold this replica's log");

    private string Lost(string what) => $"{what}, though the ledger {Ledger} shows that the replica took part. Without its "
        + "log it does not know what it signed, and would contradict it: that is a faulty replica. Put the log back, whole and as long as it was, "
        + "or leave the replica out.";
}
