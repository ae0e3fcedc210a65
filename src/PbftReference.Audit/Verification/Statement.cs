using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>What a replica said, apart from signatures: two that are equal are the same statement.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Sender">Whose name it bears.</param>
/// <param name="View">The view; 0 where the digest says it.</param>
/// <param name="SequenceNumber">The place; 0 where the digest says it.</param>
/// <param name="Digest">Of the batch or the state; of a view-change or new-view that of the whole statement. By its number.</param>
/// <param name="NewView">The new-view that a vote names, by its number.</param>
public readonly record struct Statement(SpecStatementKind Kind, int Sender, long View, long SequenceNumber, int Digest, int NewView)
{
    /// <summary>A statement as it came in.</summary>
    /// <param name="signedAt">The revision of the sender's stream that is signed with it; -1 if there is none.</param>
    internal DeliveredStatement SignedAt(long signedAt) => new(this, signedAt);

    /// <summary>Adds its numbers.</summary>
    internal void AddTo(SpecNumbers numbers)
    {
        numbers.AddDigest(Digest);
        numbers.AddDigest(NewView);
    }
}

/// <summary>A statement that was delivered, by itself or nested in another.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="SignedAt">The revision of the sender's stream that is signed with it; -1 if there is none.</param>
public readonly record struct DeliveredStatement(Statement Statement, long SignedAt)
{
    /// <summary>The view-change in whose certificates it was; null if it was in none.</summary>
    public EnclosingStatement? Within { get; init; }
}

/// <summary>A statement in which others are nested.</summary>
/// <param name="Statement">The statement.</param>
public sealed record EnclosingStatement(Statement Statement);
