namespace PbftReference.Runtime.Http;

/// <summary>Where a node stands: what <c>/status</c> says.</summary>
public sealed record NodeStatus
{
    /// <summary>The schema.</summary>
    public string Schema { get; init; } = "pbft.status/1";

    /// <summary>The replica.</summary>
    public required int Replica { get; init; }

    /// <summary>The process's id.</summary>
    public int Process { get; init; } = Environment.ProcessId;

    /// <summary>The cluster's name.</summary>
    public required string Cluster { get; init; }

    /// <summary>The consensus plugin.</summary>
    public required string Plugin { get; init; }

    /// <summary>Whether messages are signed.</summary>
    public required bool Signatures { get; init; }

    /// <summary>The lifecycle's phase: Normal, ViewChanging, Halted.</summary>
    public required string Phase { get; init; }

    /// <summary>What the service does: Idle, Executing, StateTransferring.</summary>
    public required string Execution { get; init; }

    /// <summary>The view.</summary>
    public required long View { get; init; }

    /// <summary>Whether the view is active.</summary>
    public required bool Active { get; init; }

    /// <summary>The primary of the view.</summary>
    public required int Primary { get; init; }

    /// <summary>h.</summary>
    public required long Low { get; init; }

    /// <summary>H.</summary>
    public required long High { get; init; }

    /// <summary>The last place executed.</summary>
    public required long LastExecuted { get; init; }

    /// <summary>The digest of the service's state.</summary>
    public required string ServiceDigest { get; init; }

    /// <summary>The digest of the stable checkpoint.</summary>
    public required string StableDigest { get; init; }

    /// <summary>Requests not executed yet.</summary>
    public required int RequestsWaiting { get; init; }

    /// <summary>Clients of whom something is executed.</summary>
    public required int Clients { get; init; }

    /// <summary>Whether the ledger may be asked.</summary>
    public required bool Valid { get; init; }

    /// <summary>Blocks that are kept.</summary>
    public required long Blocks { get; init; }

    /// <summary>The hash that the next block follows on.</summary>
    public required string ChainHead { get; init; }

    /// <summary>The last revision of the log.</summary>
    public required long LogRevision { get; init; }

    /// <summary>The hash of that record.</summary>
    public required string LogHead { get; init; }

    /// <summary>Why the log cannot be written at present; null if it can.</summary>
    public string? LogFailure { get; init; }

    /// <summary>Other replicas that can be sent to.</summary>
    public required int ReplicasConnected { get; init; }

    /// <summary>Clients that are connected.</summary>
    public required int ClientsConnected { get; init; }

    /// <summary>Other replicas that are needed for a quorum with this one.</summary>
    public required int ReplicasNeeded { get; init; }

    /// <summary>Whether its event thread gets on: false once it has died, or hangs while events wait.</summary>
    public required bool Alive { get; init; }

    /// <summary>Seconds since the process started.</summary>
    public required double Uptime { get; init; }

    /// <summary>What is missing before it can take part; empty if nothing is.</summary>
    public IReadOnlyList<string> NotReady()
    {
        var missing = new List<string>();
        if (!Alive) missing.Add("its event thread has ended or hangs");
        if (Phase == "Halted") missing.Add("it has halted: its log is not the one that it signed from");
        if (!Active) missing.Add($"it is in a view change to view {View}");
        if (!Valid) missing.Add("it is behind the others and fetches their state");
        if (ReplicasConnected < ReplicasNeeded) missing.Add($"it is connected to {ReplicasConnected} of the other replicas and needs {ReplicasNeeded}");
        if (LogFailure is { } failure) missing.Add($"its log cannot be written, so nothing leaves it: {failure}");
        return missing;
    }
}
