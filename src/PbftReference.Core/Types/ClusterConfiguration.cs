namespace PbftReference.Core.Types;

/// <summary>
/// What all replicas of a cluster agree on before they start (Fabric's <c>consensus/pbft/config.yaml</c>, section <c>general</c>).
/// All durations are in milliseconds.
/// </summary>
public sealed record ClusterConfiguration
{
    /// <summary>Largest supported client window; the executed timestamps of a client are kept in one 64-bit map.</summary>
    public const int MaxClientWindow = 64;

    /// <summary>Largest supported number of replicas.</summary>
    public const int MaxReplicas = 10_000;

    /// <summary>Largest supported log window L.</summary>
    public const int MaxLogWindow = 1 << 20;

    /// <summary>Longest supported duration: a request timeout doubles up to 65,536-fold and must fit the timers of every platform.</summary>
    public const long MaxMilliseconds = 60_000;

    /// <summary>Number of replicas (n). At least 3f+1.</summary>
    public int Replicas { get; init; } = 4;

    /// <summary>Number of replicas that may be faulty (f).</summary>
    public int Faults { get; init; } = 1;

    /// <summary>Checkpoint period K, in sequence numbers (paper section 4.3). At least 1.</summary>
    public int CheckpointPeriod { get; init; } = 10;

    /// <summary>L divided by K, so that K always divides L. At least 2.</summary>
    public int LogMultiplier { get; init; } = 4;

    /// <summary>Largest number of requests in a batch. At least 1.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>Largest sum of the operations' bytes in a batch; a batch of one request may be larger.</summary>
    public int BatchBytes { get; init; } = 256 * 1024;

    /// <summary>W: how far past its base a client's timestamps may run, and how many replies are cached per client. 1 to 64.</summary>
    public int ClientWindow { get; init; } = 64;

    /// <summary>Views are changed on purpose after this many checkpoint periods; 0 is off.</summary>
    public int ViewChangePeriod { get; init; }

    /// <summary>Longest wait of the primary to fill a batch.</summary>
    public long BatchTimeout { get; init; } = 50;

    /// <summary>How long a backup waits for the oldest waiting request before it leaves view 0, or a view that made progress.</summary>
    public long RequestTimeout { get; init; } = 2000;

    /// <summary>How often a view-change is sent again while no new view comes.</summary>
    public long ResendViewChangeTimeout { get; init; } = 2000;

    /// <summary>Keep-alive: an idle primary proposes the null request after this time; 0 is off.</summary>
    public long NullRequestTimeout { get; init; }

    /// <summary>How often a replica tells the others where it stands (TOCS'02 section 5.2), so that they bring it up.</summary>
    public long StatusTimeout { get; init; } = 500;

    /// <summary>How long a replica waits for pages of a checkpoint before it asks another replica.</summary>
    public long TransferTimeout { get; init; } = 500;

    /// <summary>Digest of the service's state before the first operation.</summary>
    public Digest InitialServiceDigest { get; init; }

    /// <summary>Log window L = K x multiplier: the high watermark is h + L (paper section 4.3).</summary>
    public int LogWindow => CheckpointPeriod * LogMultiplier;

    /// <summary>Quorum size for this n and f.</summary>
    public int Quorum => Quorums.Quorum(Replicas, Faults);

    /// <summary>Weak quorum size for this f.</summary>
    public int WeakQuorum => Quorums.WeakQuorum(Faults);

    /// <summary>The primary of a view: v mod n (paper section 4).</summary>
    public ReplicaId PrimaryOf(ViewNumber view) => new((int)(view.Value % Replicas));

    /// <summary>Whether this is the identity of a member.</summary>
    public bool IsMember(ReplicaId replica) => replica.Value >= 0 && replica.Value < Replicas;

    /// <summary>Checks every bound.</summary>
    /// <exception cref="ArgumentException">Names the value and its bound.</exception>
    public ClusterConfiguration Validate()
    {
        Require(Replicas <= MaxReplicas, $"n must be at most {MaxReplicas}, not {Replicas}");
        Require(Faults <= MaxReplicas, $"f must be at most {MaxReplicas}, not {Faults}");
        Require(Faults >= 0, $"f must be at least 0, not {Faults}");
        Require(Replicas >= (3 * Faults) + 1, $"n must be at least 3f+1 = {(3 * Faults) + 1} to tolerate f = {Faults}, not {Replicas}");
        Require(CheckpointPeriod >= 1, $"the checkpoint period K must be at least 1, not {CheckpointPeriod}");
        Require(LogMultiplier >= 2, $"the log multiplier must be at least 2, not {LogMultiplier}");
        Require((long)CheckpointPeriod * LogMultiplier <= MaxLogWindow, $"the log window L = K x multiplier must be at most {MaxLogWindow}, not {(long)CheckpointPeriod * LogMultiplier}");
        Require(BatchSize >= 1, $"the batch size must be at least 1, not {BatchSize}");
        Require(BatchBytes >= 1, $"the batch bytes must be at least 1, not {BatchBytes}");
        Require(ClientWindow is >= 1 and <= MaxClientWindow, $"the client window must be 1 to {MaxClientWindow}, not {ClientWindow}");
        Require(ViewChangePeriod >= 0, $"the view-change period must be at least 0, not {ViewChangePeriod}");
        Require(NullRequestTimeout >= 0, $"the null-request timeout must be at least 0 ms, not {NullRequestTimeout}");
        Require(BatchTimeout > 0, $"the batch timeout must be more than 0 ms, not {BatchTimeout}");
        Require(RequestTimeout > BatchTimeout, $"the request timeout must exceed the batch timeout of {BatchTimeout} ms, not {RequestTimeout}");
        Require(ResendViewChangeTimeout > 0, $"the view-change resend timeout must be more than 0 ms, not {ResendViewChangeTimeout}");
        Require(StatusTimeout > 0, $"the status timeout must be more than 0 ms, not {StatusTimeout}");
        Require(TransferTimeout > 0, $"the transfer timeout must be more than 0 ms, not {TransferTimeout}");
        RequireShort("batch", BatchTimeout);
        RequireShort("request", RequestTimeout);
        RequireShort("view-change resend", ResendViewChangeTimeout);
        RequireShort("null-request", NullRequestTimeout);
        RequireShort("status", StatusTimeout);
        RequireShort("transfer", TransferTimeout);
        return this;
    }

    private static void RequireShort(string name, long milliseconds) =>
        Require(milliseconds <= MaxMilliseconds, $"the {name} timeout must be at most {MaxMilliseconds} ms, not {milliseconds}");

    private static void Require(bool holds, string message)
    {
        if (!holds) throw new ArgumentException(message);
    }
}
