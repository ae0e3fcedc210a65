using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Consensus.Interfaces;

/// <summary>
/// Asynchronous work on the ledger, serialised on a thread of its own. Calls return when the work is queued; how it ended comes
/// to the <see cref="IExecutionConsumer"/>. Whatever happens, every call is answered: Fabric drops work without an answer, and waits
/// for ever (D14).
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/consensus.go</c>, <c>Executor</c>.</remarks>
public interface IExecutor
{
    /// <summary>Begins to work. Before, no answer comes.</summary>
    void Start();

    /// <summary>Stops; what is queued is not done any more.</summary>
    void Halt();

    /// <summary>Executes requests in the open batch, opening one if none is; answered by <see cref="IExecutionConsumer.Executed"/>.</summary>
    /// <param name="tag">Comes back with the answer.</param>
    /// <param name="requests">What is to be executed, in order.</param>
    void Execute(object tag, ImmutableArray<Request> requests);

    /// <summary>
    /// Commits the open batch as a block; answered by <see cref="IExecutionConsumer.Committed"/>. A batch whose place the ledger has
    /// already is the same batch again: nothing is written, and the answer is the same.
    /// </summary>
    /// <param name="tag">Comes back with the answer.</param>
    /// <param name="metadata">Goes into the block.</param>
    void Commit(object tag, ConsensusMetadata metadata);

    /// <summary>Undoes the open batch; answered by <see cref="IExecutionConsumer.RolledBack"/>.</summary>
    /// <param name="tag">Comes back with the answer.</param>
    void Rollback(object tag);

    /// <summary>
    /// Takes over another state; an open batch is undone first. Answered by <see cref="IExecutionConsumer.StateUpdated"/>.
    /// </summary>
    /// <param name="tag">Comes back with the answer.</param>
    /// <param name="target">The certified checkpoint.</param>
    /// <param name="peers">Who certified it, and so has it; empty: anybody.</param>
    void UpdateState(object tag, StateTarget target, IReadOnlyList<PeerId> peers);
}

/// <summary>A certified checkpoint to synchronise to.</summary>
/// <param name="SequenceNumber">Its place.</param>
/// <param name="StateDigest">The digest that is signed for.</param>
public sealed record StateTarget(SequenceNumber SequenceNumber, Digest StateDigest);

/// <summary>
/// The same work done at once, on the caller's thread. For a consenter that orders locally; it must not be mixed with
/// <see cref="IExecutor"/> on one ledger while work is queued there.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/consensus.go</c>, <c>LegacyExecutor</c>.</remarks>
public interface ILegacyExecutor
{
    /// <summary>Opens a batch.</summary>
    /// <param name="id">Names it in the calls that follow.</param>
    /// <exception cref="LedgerException">One is open.</exception>
    void BeginTxBatch(object id);

    /// <summary>Executes requests in the open batch.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="requests">What is to be executed, in order.</param>
    /// <returns>Digest of the service's state after it, and the results.</returns>
    /// <exception cref="LedgerException">No batch of that name is open.</exception>
    ExecutionResult ExecTxs(object id, ImmutableArray<Request> requests);

    /// <summary>Commits the open batch as a block.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="metadata">Goes into the block.</param>
    /// <returns>The block; one that stands there already if it has the same place and content.</returns>
    /// <exception cref="LedgerException">No batch of that name is open, or another block stands at that place. The batch stays open.</exception>
    Block CommitTxBatch(object id, ConsensusMetadata metadata);

    /// <summary>Undoes the open batch.</summary>
    /// <param name="id">The batch.</param>
    /// <exception cref="LedgerException">No batch of that name is open.</exception>
    void RollbackTxBatch(object id);

    /// <summary>What <see cref="CommitTxBatch"/> would leave, without doing it.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="metadata">What would go into the block.</param>
    /// <exception cref="LedgerException">No batch of that name is open.</exception>
    BlockchainInfo PreviewCommitTxBatch(object id, ConsensusMetadata metadata);
}

/// <summary>What executing some requests gave.</summary>
/// <param name="Results">One result for each, in order.</param>
/// <param name="StateDigest">Digest of the service's state after them.</param>
public sealed record ExecutionResult(ImmutableArray<ImmutableArray<byte>> Results, Digest StateDigest);
