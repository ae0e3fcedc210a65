using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Core.Messages;

/// <summary>
/// A prepared certificate (paper section 4.2, the predicate prepared): a quorum of votes for one digest at one place in one view, the
/// primary's pre-prepare among them, all naming the same new-view. The votes are equal but for signer and signature.
/// </summary>
/// <param name="View">v.</param>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">d.</param>
/// <param name="NewView">The new-view that the votes name.</param>
/// <param name="Votes">Signers and signatures, ascending by replica.</param>
public sealed record PreparedCertificate(
    ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest, Digest NewView, ImmutableArray<Vote> Votes);

/// <summary>A commit certificate (section 4.2, the predicate committed-local): a quorum of equal commits.</summary>
/// <param name="View">v.</param>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">d.</param>
/// <param name="Votes">Signers and signatures, ascending by replica.</param>
public sealed record CommitCertificate(ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest, ImmutableArray<Vote> Votes);

/// <summary>A stable checkpoint's proof (section 4.3): a quorum of equal checkpoints; for the genesis checkpoint at 0 there are none.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="StateDigest">Digest of service state and client table after n.</param>
/// <param name="Votes">Signers and signatures, ascending by replica.</param>
public sealed record CheckpointCertificate(SequenceNumber SequenceNumber, Digest StateDigest, ImmutableArray<Vote> Votes);
