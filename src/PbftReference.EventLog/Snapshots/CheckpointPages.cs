using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Snapshots;

/// <summary>A checkpoint (paper section 4.3) as it is kept: what another replica would fetch of it.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="StateDigest">Its digest.</param>
/// <param name="ClientPages">The pages of the client table, ascending by client.</param>
/// <param name="ServicePages">The pages of the service's state, in order.</param>
public sealed record CheckpointPages(
    SequenceNumber SequenceNumber,
    Digest StateDigest,
    IReadOnlyList<ReadOnlyMemory<byte>> ClientPages,
    IReadOnlyList<ReadOnlyMemory<byte>> ServicePages)
{
    /// <summary>Whether the pages are those of <see cref="StateDigest"/>. Hashes all of them.</summary>
    public bool FitDigest()
    {
        var service = PageTree.Root(DigestsOf(ServicePages));
        return StateDigests.Of(SequenceNumber, DigestsOf(ClientPages), service) == StateDigest;
    }

    private static Digest[] DigestsOf(IReadOnlyList<ReadOnlyMemory<byte>> pages) => [.. pages.Select(page => PageTree.PageDigest(page.Span))];
}
