namespace PbftReference.Consensus.Interfaces;

/// <summary>
/// Told how asynchronous work on the ledger ended. Each call carries the tag that the work was given. Called on the executor's
/// thread, one at a time, in the order of the work; never during the call that asked for it.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/consensus.go</c>, <c>ExecutionConsumer</c>.</remarks>
public interface IExecutionConsumer
{
    /// <summary>An <see cref="IExecutor.Execute"/> is done; nothing is committed yet.</summary>
    /// <param name="tag">The tag of the Execute.</param>
    void Executed(object tag);

    /// <summary>A <see cref="IExecutor.Commit"/> is done: the block stands in the ledger.</summary>
    /// <param name="tag">The tag of the Commit.</param>
    /// <param name="info">The chain after it; its last block is the one that was committed.</param>
    void Committed(object tag, BlockchainInfo info);

    /// <summary>A <see cref="IExecutor.Rollback"/> is done: the state is the one before the batch began.</summary>
    /// <param name="tag">The tag of the Rollback.</param>
    void RolledBack(object tag);

    /// <summary>An <see cref="IExecutor.UpdateState"/> has ended.</summary>
    /// <param name="tag">The tag of the UpdateState.</param>
    /// <param name="info">The chain at the target; null if it failed: the caller must name another target.</param>
    void StateUpdated(object tag, BlockchainInfo? info);
}

/// <summary>
/// A consensus plugin: gets messages, orders what is to be executed, and has the ledger execute it.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/consensus.go</c>, <c>Consenter</c>.</remarks>
public interface IConsenter : IExecutionConsumer
{
    /// <summary>
    /// Takes a message. May be called from any thread, and by several at once. The task is done when the consenter has taken the
    /// message: while its queue is full the caller waits, and with it whoever sent the message (back-pressure instead of Fabric's
    /// rejection of what does not fit). A message that is refused is counted and forgotten; that is no error of the caller.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="sender">Who sent it, as the transport authenticated it.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the message was taken.</exception>
    ValueTask RecvMsg(ConsenterMessage message, PeerId sender, CancellationToken cancellation = default);
}
