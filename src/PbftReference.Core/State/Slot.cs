using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Types;

namespace PbftReference.Core.State;

/// <summary>A replica's prepare-phase vote as it is kept: the primary's pre-prepare or a backup's prepare.</summary>
/// <param name="View">v; a vote for a later view waits here until the view is entered.</param>
/// <param name="BatchDigest">d.</param>
/// <param name="NewView">The new-view that it names.</param>
/// <param name="Signature">Its signature.</param>
public sealed record PrepareVote(ViewNumber View, Digest BatchDigest, Digest NewView, Signature Signature);

/// <summary>A replica's commit as it is kept.</summary>
/// <param name="View">v.</param>
/// <param name="BatchDigest">d.</param>
/// <param name="Signature">Its signature.</param>
public sealed record CommitVote(ViewNumber View, Digest BatchDigest, Signature Signature);

/// <summary>
/// One place of the log above the low watermark. <see cref="Phase"/> tells how far agreement is in the current view; the certificates
/// outlive views until a stable checkpoint covers the place (paper sections 4.2 to 4.4).
/// </summary>
public sealed record Slot
{
    /// <summary>n.</summary>
    public required SequenceNumber SequenceNumber { get; init; }

    /// <summary>Agreement in the current view.</summary>
    public SlotPhase Phase { get; init; }

    /// <summary>The view of the standing proposal; meaningful unless the phase is Empty.</summary>
    public ViewNumber View { get; init; }

    /// <summary>The digest of the standing proposal.</summary>
    public Digest BatchDigest { get; init; }

    /// <summary>The batch with the decided digest, else with the standing digest, if it is at hand.</summary>
    public Batch? Batch { get; init; }

    /// <summary>
    /// Other batches that stood here in earlier views, each once. A later new-view may carry one of them over, and by then nobody else may
    /// have it; they go when a stable checkpoint covers the place (paper section 4.3).
    /// </summary>
    public ImmutableArray<Batch> EarlierBatches { get; init; } = [];

    /// <summary>The latest prepare-phase vote of each replica, by its index; null where there is none.</summary>
    public required ImmutableArray<PrepareVote?> Votes { get; init; }

    /// <summary>The latest commit of each replica, by its index; null where there is none.</summary>
    public required ImmutableArray<CommitVote?> Commits { get; init; }

    /// <summary>The prepared certificate of the highest view: what a view-change reports in P.</summary>
    public PreparedCertificate? Certificate { get; init; }

    /// <summary>The commit certificate: once there, the place is decided for ever.</summary>
    public CommitCertificate? Decision { get; init; }

    /// <summary>The prepared certificate that belongs to <see cref="Decision"/>; committed-local needs both.</summary>
    public PreparedCertificate? DecisionPrepared { get; init; }

    /// <summary>A place about which nothing is known.</summary>
    /// <param name="n">The place.</param>
    /// <param name="replicas">Number of replicas.</param>
    public static Slot Empty(SequenceNumber n, int replicas) => new()
    {
        SequenceNumber = n,
        Votes = ImmutableArray.Create(new PrepareVote?[replicas]),
        Commits = ImmutableArray.Create(new CommitVote?[replicas]),
    };

    /// <summary>Whether it is decided and its batch is at hand (or it is the null request).</summary>
    public bool IsExecutable => Decision is not null && HasBatchFor(Decision.BatchDigest);

    /// <summary>Whether the batch with this digest is at hand; the null request needs none.</summary>
    public bool HasBatchFor(Digest digest) => digest.IsNone || Batch?.Digest == digest;

    /// <summary>The batch with this digest, the standing one or an earlier one; null if it is not at hand.</summary>
    public Batch? FindBatch(Digest digest)
    {
        if (Batch?.Digest == digest) return Batch;
        foreach (var earlier in EarlierBatches)
        {
            if (earlier.Digest == digest) return earlier;
        }

        return null;
    }

    /// <summary>With another batch, or none; the one that stood is kept among the earlier ones.</summary>
    public Slot WithBatch(Batch? batch)
    {
        if (Batch?.Digest == batch?.Digest) return this;
        var kept = Batch is null ? EarlierBatches : EarlierBatches.Add(Batch);
        return this with { Batch = batch, EarlierBatches = batch is null ? kept : kept.RemoveAll(b => b.Digest == batch.Digest) };
    }

    /// <summary>The digest whose batch is wanted and missing, if any.</summary>
    public Digest? MissingBatch
    {
        get
        {
            if (Decision is not null) return HasBatchFor(Decision.BatchDigest) ? null : Decision.BatchDigest;
            return Phase == SlotPhase.Empty || HasBatchFor(BatchDigest) ? null : BatchDigest;
        }
    }
}
