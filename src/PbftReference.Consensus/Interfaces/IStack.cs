namespace PbftReference.Consensus.Interfaces;

/// <summary>All that a consenter has of the node that it runs in.</summary>
/// <remarks>Fabric v0.6, <c>consensus/consensus.go</c>, <c>Stack</c>.</remarks>
public interface IStack : INetworkStack, ISecurityUtils, IExecutor, ILegacyExecutor, ILedgerManager, IReadOnlyLedger, IStatePersistor;

/// <summary>Network and who is in it.</summary>
/// <remarks>Fabric v0.6, <c>NetworkStack</c>.</remarks>
public interface INetworkStack : ICommunicator, IInquirer;

/// <summary>Who is in the network.</summary>
/// <remarks>Fabric v0.6, <c>Inquirer</c>.</remarks>
public interface IInquirer
{
    /// <summary>This replica, and all replicas, itself among them once (Fabric's list has it twice, D20).</summary>
    NetworkHandles GetNetworkHandles();

    /// <summary>The same with addresses.</summary>
    NetworkInfo GetNetworkInfo();
}

/// <summary>The replicas by name.</summary>
/// <param name="Self">This one.</param>
/// <param name="Network">All, in ascending order.</param>
public sealed record NetworkHandles(PeerId Self, IReadOnlyList<PeerId> Network);

/// <summary>A replica's name and address.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Address">Host and port, <c>127.0.0.1:7001</c>.</param>
public sealed record PeerEndpoint(PeerId Id, string Address);

/// <summary>The replicas with their addresses.</summary>
/// <param name="Self">This one.</param>
/// <param name="Network">All, in ascending order.</param>
public sealed record NetworkInfo(PeerEndpoint Self, IReadOnlyList<PeerEndpoint> Network);

/// <summary>
/// Sends. Neither call waits for the network: what leaves is queued for each peer, in order, and the queue is bounded. What does not
/// fit is dropped and counted; the protocol sends again what is missing (status messages).
/// </summary>
/// <remarks>Fabric v0.6, <c>Communicator</c>; there both may hold the caller up to the broadcast timeout (D21).</remarks>
public interface ICommunicator
{
    /// <summary>To all other peers of a type.</summary>
    /// <param name="message">The message.</param>
    /// <param name="type">Which peers.</param>
    void Broadcast(ConsenterMessage message, PeerType type);

    /// <summary>To one peer. A client that is not connected does not get it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="receiver">Who.</param>
    void Unicast(ConsenterMessage message, PeerId receiver);
}

/// <summary>Signatures.</summary>
/// <remarks>Fabric v0.6, <c>SecurityUtils</c>. They cannot be switched off here.</remarks>
public interface ISecurityUtils
{
    /// <summary>Signs as this replica.</summary>
    /// <param name="message">The bytes.</param>
    /// <returns>The signature.</returns>
    byte[] Sign(ReadOnlySpan<byte> message);

    /// <summary>Whether a peer signed these bytes. A peer that is not known signed nothing. May be called from any thread.</summary>
    /// <param name="peer">Who is said to have signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="message">The bytes.</param>
    bool Verify(PeerId peer, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message);
}

/// <summary>Whether the ledger may be asked.</summary>
/// <remarks>Fabric v0.6, <c>LedgerManager</c>.</remarks>
public interface ILedgerManager
{
    /// <summary>The ledger is behind the others: questions to it must be refused.</summary>
    void InvalidateState();

    /// <summary>It is up to date again.</summary>
    void ValidateState();
}

/// <summary>The ledger, for reading. May be called from any thread; answers with what is committed.</summary>
/// <remarks>Fabric v0.6, <c>ReadOnlyLedger</c>.</remarks>
public interface IReadOnlyLedger
{
    /// <summary>The block of a batch; null if none stands here: a null request, a place that was jumped over by a state transfer, or one to come.</summary>
    /// <param name="n">Its place in the agreed order.</param>
    Block? GetBlock(Core.Types.SequenceNumber n);

    /// <summary>Number of blocks that are kept here.</summary>
    long GetBlockchainSize();

    /// <summary>Where the chain ends.</summary>
    BlockchainInfo GetBlockchainInfo();

    /// <summary>The same as bytes.</summary>
    byte[] GetBlockchainInfoBlob();

    /// <summary>The consenter's metadata in the last block; place 0 if there is none.</summary>
    ConsensusMetadata GetBlockHeadMetadata();
}

/// <summary>
/// Keeps values for the consenter beyond a restart. Durable when the call returns. Fabric's PBFT keeps its own state by it; here that
/// is the log's part, and what stands here is what the log has not: transactions of this replica that are not in it yet.
/// </summary>
/// <remarks>Fabric v0.6, <c>StatePersistor</c>.</remarks>
public interface IStatePersistor
{
    /// <summary>Keeps a value.</summary>
    /// <param name="key">Its key; not empty.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="EventLog.Stores.EventStoreException">The medium failed.</exception>
    void StoreState(string key, ReadOnlySpan<byte> value);

    /// <summary>Reads a value; null if there is none.</summary>
    byte[]? ReadState(string key);

    /// <summary>All values whose key begins so, ordinal by key.</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> ReadStateSet(string prefix);

    /// <summary>Forgets a value, if it is there.</summary>
    /// <exception cref="EventLog.Stores.EventStoreException">The medium failed.</exception>
    void DelState(string key);
}
