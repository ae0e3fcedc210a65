using PbftReference.Core.Types;

namespace PbftReference.Host.Services;

/// <summary>
/// The replicated service (paper section 4: a deterministic state machine): what the replicas agree to execute. Its state is cut
/// in pages, so that the digest of a checkpoint costs what changed since the last one and a lagging replica can fetch the state
/// page by page. One thread at a time; a <see cref="ServiceCheckpoint"/> may be read by any thread.
/// </summary>
/// <remarks>
/// Rules for an own service: the same operations in the same order give the same results and the same pages on every replica;
/// so no clock, no randomness, no culture, no hash-ordered enumeration. See docs/services.md.
/// </remarks>
public interface IService
{
    /// <summary>The name it is chosen by: one of <see cref="ServiceFactory.Names"/>, or an own one.</summary>
    string Name { get; }

    /// <summary>
    /// Merkle root (<see cref="PageTree"/>) over the pages as they are now. Reading it hashes only the pages that changed since it
    /// was last read.
    /// </summary>
    Digest Digest { get; }

    /// <summary>Number of pages hashed since this object was made: what digests have cost so far.</summary>
    long PagesHashed { get; }

    /// <summary>
    /// Executes one operation. Never throws for what the operation holds: an operation that makes no sense or is not allowed
    /// leaves the state as it was and its result says why.
    /// </summary>
    /// <param name="client">Who asked.</param>
    /// <param name="timestamp">The client's number for the request.</param>
    /// <param name="operation">Any bytes.</param>
    /// <returns>The result for the client; a fresh array.</returns>
    byte[] Execute(ClientId client, Timestamp timestamp, ReadOnlySpan<byte> operation);

    /// <summary>
    /// An immutable view of the state as it is now (paper section 4.3: a checkpoint). Only pages that changed since the last one
    /// are copied; the others are shared.
    /// </summary>
    ServiceCheckpoint Capture();

    /// <summary>
    /// Replaces the whole state by pages that <see cref="Capture"/> made here or on another replica. The pages must be exactly
    /// what this service would write, so afterwards <see cref="Digest"/> is the Merkle root of the pages given.
    /// </summary>
    /// <param name="pages">All pages, in order; they are copied.</param>
    /// <exception cref="InvalidDataException">Some page is not one that this service writes; the old state stands.</exception>
    void Install(IReadOnlyList<ReadOnlyMemory<byte>> pages);

    /// <summary>
    /// The state for people: ledger: the operations in order; key-value: the pairs sorted by key. Do not execute while enumerating.
    /// </summary>
    IEnumerable<ServiceEntry> Entries();
}
