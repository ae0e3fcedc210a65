using PbftReference.Consensus.Controller;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft;
using PbftReference.Consensus.Util;
using PbftReference.Core.Types;

namespace PbftReference.Consensus.Helper;

/// <summary>
/// What joins a node to its consenter: messages of connections, transactions of this replica, questions to the ledger. The consenter
/// is whole, and the helper knows it, before anything reaches it.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/helper/engine.go</c>, <c>EngineImpl</c>.</remarks>
public sealed class Engine : IAsyncDisposable
{
    private readonly ConsenterContext _context;
    private readonly MessageFan _fan;
    private readonly int _room;

    /// <summary>Makes the consenter of a name and joins it to the helper; nothing runs yet.</summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="context">What it is made in.</param>
    /// <param name="room">Messages that may wait for each connection; at least 1 (<c>peer.validator.consensus.buffersize</c>).</param>
    /// <exception cref="ArgumentException">There is no such plugin.</exception>
    public Engine(string plugin, ConsenterContext context, int room)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfLessThan(room, 1);
        (_context, _room) = (context, room);
        Consenter = ConsenterController.NewConsenter(plugin, context);
        _fan = new MessageFan((received, cancellation) => Consenter.RecvMsg(received.Message, received.Sender, cancellation));
        context.Stack.SetConsenter(Consenter);
    }

    /// <summary>The consenter.</summary>
    public IConsenterPlugin Consenter { get; }

    /// <summary>Connections that are joined.</summary>
    public int Connections => _fan.Inputs;

    /// <summary>Starts the consenter.</summary>
    /// <param name="incarnation">A number used once.</param>
    public void Start(Digest incarnation) => Consenter.Start(incarnation);

    /// <summary>Joins a connection.</summary>
    public ConsensusHandler NewHandler(PeerId peer)
    {
        var handler = new ConsensusHandler(peer, _room);
        _fan.AddFaninChannel(handler.Inbound);
        return handler;
    }

    /// <summary>Takes a transaction for this replica (Fabric's <c>ProcessTransactionMsg</c>); the answer to come is told to the transaction observer.</summary>
    public ValueTask ProcessTransaction(LocalTransaction transaction, CancellationToken cancellation) =>
        Consenter.RecvMsg(new ConsenterMessage(ConsenterMessageType.ChainTransaction, transaction.Encode()), PeerId.Of(_context.Self), cancellation);

    /// <summary>Asks the ledger.</summary>
    /// <exception cref="LedgerException">It is behind the others.</exception>
    public T Query<T>(Func<IReadOnlyLedger, T> question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return _context.Stack.IsValid
            ? question(_context.Stack)
            : throw new LedgerException($"replica {_context.Self} is behind the others and fetches their state: ask again later, or ask another replica");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _fan.DisposeAsync().ConfigureAwait(false);
        _context.Stack.Halt();
        await Consenter.DisposeAsync().ConfigureAwait(false);
    }
}
