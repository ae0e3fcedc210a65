using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Types;

namespace PbftReference.Core.State;

/// <summary>A decided batch at or below h that is still to be executed.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="Batch">The batch; null for the null request.</param>
public sealed record DecidedBatch(SequenceNumber SequenceNumber, Batch? Batch);

/// <summary>A checkpoint that this replica signed; it never signs another for the same sequence number.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="StateDigest">What it signed.</param>
public readonly record struct OwnCheckpoint(SequenceNumber SequenceNumber, Digest StateDigest);

/// <summary>A transfer of a checkpoint that is under way.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="StateDigest">Its digest.</param>
/// <param name="Sources">Who signed for it.</param>
/// <param name="Attempt">How often the transfer was started or turned to another source.</param>
/// <param name="Manifest">Its page digests, once they are there.</param>
/// <param name="Missing">Pages still to be fetched; null until it is known which.</param>
/// <param name="Requested">Pages asked for since the last attempt.</param>
public sealed record StateTransfer(
    SequenceNumber SequenceNumber,
    Digest StateDigest,
    ImmutableArray<ReplicaId> Sources,
    int Attempt,
    StateManifest? Manifest,
    ImmutableSortedSet<int>? Missing,
    int Requested)
{
    /// <summary>The source whose turn it is.</summary>
    public ReplicaId Source => Sources[Attempt % Sources.Length];

    /// <summary>The digest of a page by its index over client pages, then service pages; null if there is no such page.</summary>
    public Digest? PageDigest(int index)
    {
        if (Manifest is null || index < 0) return null;
        if (index < Manifest.ClientPages.Length) return Manifest.ClientPages[index];
        index -= Manifest.ClientPages.Length;
        return index < Manifest.ServicePages.Length ? Manifest.ServicePages[index] : null;
    }
}

/// <summary>
/// All that a replica knows. Immutable; only <c>Fold</c> makes a new one. Compare two by their fingerprint, never by ==: records
/// compare the collections inside by reference.
/// </summary>
public sealed record ReplicaState
{
    /// <summary>What the cluster agreed on; not part of the log.</summary>
    public required ClusterConfiguration Configuration { get; init; }

    /// <summary>This replica.</summary>
    public required ReplicaId Self { get; init; }

    /// <summary>The replica's lifecycle.</summary>
    public ReplicaPhase Phase { get; init; }

    /// <summary>The view that it is in, or has asked for.</summary>
    public ViewNumber View { get; init; }

    /// <summary>Digest of the new-view that it entered the view with; <see cref="Digest.None"/> in view 0 and while a view change goes on.</summary>
    public Digest CurrentNewView { get; init; }

    /// <summary>The latest view in which a batch was executed; time-outs double with each view beyond it.</summary>
    public ViewNumber ProgressView { get; init; }

    /// <summary>The stable checkpoint with its proof; its sequence number is the low watermark h.</summary>
    public required CheckpointCertificate Stable { get; init; }

    /// <summary>The places (h, h+L], at index n mod L.</summary>
    public required ImmutableArray<Slot> Window { get; init; }

    /// <summary>The last place that this replica, as primary of the current view, gave a batch.</summary>
    public SequenceNumber LastAssigned { get; init; }

    /// <summary>The primary proposes a batch that is not full.</summary>
    public bool BatchDue { get; init; }

    /// <summary>The requests that wait.</summary>
    public RequestQueue Queue { get; init; } = RequestQueue.Empty;

    /// <summary>Execution: idle, executing the batch after <see cref="LastExecuted"/>, or fetching a checkpoint.</summary>
    public ExecutionPhase Execution { get; init; }

    /// <summary>The last sequence number that was executed.</summary>
    public SequenceNumber LastExecuted { get; init; }

    /// <summary>Digest of the service's state after it.</summary>
    public Digest ServiceDigest { get; init; }

    /// <summary>What is executed of every client.</summary>
    public required ClientTable Clients { get; init; }

    /// <summary>Decided batches that a stable checkpoint overtook before they were executed, following on <see cref="LastExecuted"/>.</summary>
    public ImmutableArray<DecidedBatch> Backlog { get; init; } = [];

    /// <summary>The checkpoints that this replica signed, at or above h, ascending.</summary>
    public ImmutableArray<OwnCheckpoint> OwnCheckpoints { get; init; } = [];

    /// <summary>The others' checkpoints above h, ascending by sequence number, then replica; of those beyond h+L only each replica's latest.</summary>
    public ImmutableArray<Signed<Checkpoint>> Checkpoints { get; init; } = [];

    /// <summary>The latest certificate known for a checkpoint that is not stable here yet.</summary>
    public CheckpointCertificate? KnownStable { get; init; }

    /// <summary>How far this replica was at its last status, while it knew of a later checkpoint.</summary>
    public SequenceNumber NotedExecuted { get; init; } = new(-1);

    /// <summary>The transfer that is under way.</summary>
    public StateTransfer? Transfer { get; init; }

    /// <summary>The latest view-change of each replica, by its index, its own included; null where there is none.</summary>
    public required ImmutableArray<Signed<ViewChange>?> ViewChanges { get; init; }

    /// <summary>View-changes that wait for a new-view that they name, one a replica, by its index.</summary>
    public required ImmutableArray<Signed<ViewChange>?> DeferredViewChanges { get; init; }

    /// <summary>New-views that wait for a new-view that they name, one a replica, by its index.</summary>
    public required ImmutableArray<Signed<NewView>?> DeferredNewViews { get; init; }

    /// <summary>The new-views that are relied on, by digest: the current one and those that certificates at hand name.</summary>
    public ImmutableSortedDictionary<Digest, Signed<NewView>> NewViews { get; init; } = ImmutableSortedDictionary<Digest, Signed<NewView>>.Empty;

    /// <summary>New-views that a commit proof named and that are not at hand; asked for until they come or h rises.</summary>
    public ImmutableSortedSet<Digest> WantedNewViews { get; init; } = [];

    /// <summary>The replicas against whom evidence was kept in this view; one piece each is enough.</summary>
    public ImmutableSortedSet<ReplicaId> Accused { get; init; } = [];

    /// <summary>The place at which the current view is to end; null if there is none (Fabric: view-change period).</summary>
    public SequenceNumber? PlannedEnd { get; init; }

    /// <summary>h.</summary>
    public SequenceNumber Low => Stable.SequenceNumber;

    /// <summary>H = h + L.</summary>
    public SequenceNumber High => Stable.SequenceNumber + Configuration.LogWindow;

    /// <summary>Whether it takes part in its view.</summary>
    public bool Active => Phase == ReplicaPhase.Normal;

    /// <summary>The primary of its view.</summary>
    public ReplicaId Primary => Configuration.PrimaryOf(View);

    /// <summary>Whether it is the primary of its view.</summary>
    public bool IsPrimary => Primary == Self;

    /// <summary>The place n; n must be in (h, h+L].</summary>
    public Slot SlotAt(SequenceNumber n) => Window[(int)(n.Value % Configuration.LogWindow)];

    /// <summary>A replica before its first start.</summary>
    public static ReplicaState Genesis(ClusterConfiguration configuration, ReplicaId self)
    {
        var n = configuration.Replicas;
        var window = new Slot[configuration.LogWindow];
        for (var i = 1; i <= window.Length; i++) window[i % window.Length] = Slot.Empty(new SequenceNumber(i), n);
        return new ReplicaState
        {
            Configuration = configuration,
            Self = self,
            Stable = new CheckpointCertificate(new SequenceNumber(0), StateDigests.Genesis(configuration), []),
            Window = ImmutableArray.Create(window),
            ServiceDigest = configuration.InitialServiceDigest,
            Clients = ClientTable.Empty(configuration.ClientWindow),
            ViewChanges = ImmutableArray.Create(new Signed<ViewChange>?[n]),
            DeferredViewChanges = ImmutableArray.Create(new Signed<ViewChange>?[n]),
            DeferredNewViews = ImmutableArray.Create(new Signed<NewView>?[n]),
            PlannedEnd = PlannedEndAfter(configuration, new SequenceNumber(0)),
        };
    }

    /// <summary>Where a view that starts after n is to end: at a checkpoint (Fabric: <c>updateViewChangeSeqNo</c>).</summary>
    public static SequenceNumber? PlannedEndAfter(ClusterConfiguration configuration, SequenceNumber n)
    {
        if (configuration.ViewChangePeriod == 0) return null;
        var k = configuration.CheckpointPeriod;
        return new SequenceNumber(n.Value - (n.Value % k) + ((long)configuration.ViewChangePeriod * k));
    }
}
