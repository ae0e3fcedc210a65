using System.Collections.Immutable;
using PbftReference.Consensus.Controller;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft;
using PbftReference.Consensus.Pbft.Signing;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;

namespace PbftReference.Consensus.Noops;

/// <summary>
/// The plugin <c>noops</c>: no agreement. Each replica executes requests in blocks, in the order in which they come to it, so replicas
/// differ as soon as two requests cross. For one replica alone, and for trying out a service.
/// </summary>
/// <remarks>
/// Fabric v0.6, <c>consensus/noops/noops.go</c>. There a block whose commit fails loses its transactions; here they stay, in order, and
/// are tried again. There a transaction that comes twice is executed twice.
/// </remarks>
public sealed class NoopsConsenter : IConsenterPlugin, IEventReceiver
{
    /// <summary>"noops".</summary>
    public const string PluginName = "noops";

    private readonly ConsenterContext _context;
    private readonly EventManager _manager;
    private readonly IEventTimer _timer;
    private readonly GroupVerifier _verifier;
    private readonly GroupSigner _signer;
    private readonly List<Request> _queue = [];
    private readonly Dictionary<RequestId, Guid> _transactions = [];
    private ClientTable _clients;
    private Timestamp _next;

    private NoopsConsenter(ConsenterContext context, ClientTable clients)
    {
        (_context, _clients) = (context, clients);
        _manager = new EventManager(context.Faulted, context.QueueRoom, $"noops events {context.Self}");
        _timer = new EventTimerFactory(context.Clock, _manager).CreateTimer();
        _verifier = new GroupVerifier(context.Stack, context.Genesis.Digest);
        _signer = new GroupSigner(context.Stack, context.Genesis.Digest, context.Self);
        _next = clients.Of(Client).Base.Next;
        _manager.SetReceiver(this);
    }

    /// <inheritdoc/>
    public string Name => PluginName;

    /// <inheritdoc/>
    public int EventsWaiting => _manager.Waiting;

    /// <inheritdoc/>
    public long EventsHandled => _manager.Handled;

    /// <summary>Transactions that wait for a block.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Told of each block that could not be committed; its transactions wait on.</summary>
    public event Action<Exception>? CommitFailed;

    private ClientId Client => ConsenterClients.IdOf(_context.Self);

    /// <summary>Makes the consenter; the ledger's state is made again from its blocks.</summary>
    /// <exception cref="LedgerException">The service gives another state than the blocks say.</exception>
    public static NoopsConsenter Create(ConsenterContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var window = context.Genesis.Configuration.ClientWindow;
        var service = new ServiceRunner(ServiceFactory.Create(context.Genesis.Service), window, context.Stack.Ledger);
        var clients = ClientTable.Empty(window);
        foreach (var block in context.Blocks.All())
        {
            var completed = service.Run(new Core.Effects.Execute(block.Metadata.SequenceNumber, block.Requests));
            if (completed.ServiceDigest != block.StateDigest) throw new LedgerException($"executing block {block.Metadata.SequenceNumber} again gave another state than it says: the ledger is of another service or version");
            clients = clients.With(block.Requests, completed.Results);
        }

        context.Stack.Ledger.Attach(service);
        return new NoopsConsenter(context, clients);
    }

    /// <inheritdoc/>
    public void Start(Digest incarnation) => _manager.Start();

    /// <inheritdoc/>
    public async ValueTask RecvMsg(ConsenterMessage message, PeerId sender, CancellationToken cancellation = default)
    {
        HostEvent? next = message.Type == ConsenterMessageType.ChainTransaction ? new TransactionEvent(message) : RequestOf(message);
        if (next is not null) await _manager.Queue.SendAsync(next, cancellation).ConfigureAwait(false);
    }

    private RequestEvent? RequestOf(ConsenterMessage message)
    {
        try
        {
            var signed = WireFormat.DecodeRequest(message.Payload.Span);
            if (_verifier.IsSignedBy(signed.Statement.Client, signed.Statement.StatementDigest, signed.Signature)) return new RequestEvent(signed);
        }
        catch (InvalidDataException)
        {
            // what is not a request is not for this plugin
        }

        return null;
    }

    /// <inheritdoc/>
    public HostEvent? ProcessEvent(HostEvent hostEvent)
    {
        switch (hostEvent)
        {
            case RequestEvent e: Queue(e.Request.Statement); break;
            case TransactionEvent e: Take(LocalTransaction.Decode(e.Message.Payload)); break;
            case BlockTimerEvent: ProcessBlock(); break;
            default: throw new InvalidOperationException($"no handler for {hostEvent.GetType().Name}");
        }

        return null;
    }

    private void Take(LocalTransaction transaction)
    {
        var request = new Request(Client, _next, [.. transaction.Operation.Span]);
        _next = _next.Next;
        _transactions[request.Id] = transaction.Id;
        _context.Transactions?.Accepted(transaction.Id, request.Timestamp);
        var frame = WireFormat.Encode(request, _signer.Sign(request.StatementDigest, -1, Digest.None));
        _context.Stack.Broadcast(new ConsenterMessage(ConsenterMessageType.Consensus, frame), PeerType.Replica);
        Queue(request);
    }

    private void Queue(Request request)
    {
        var entry = _clients.Of(request.Client);
        if (entry.ReplyTo(request.Timestamp) is { } known) Reply(request, known.Result);
        if (!entry.Admits(request.Timestamp) || _queue.Any(waiting => waiting.Id == request.Id)) return;
        _queue.Add(request);
        if (_queue.Count >= _context.Noops.BlockSize) ProcessBlock();
        else if (_queue.Count == 1) _timer.Reset(_context.Noops.BlockWait, new BlockTimerEvent());
    }

    /// <summary>Fabric's <c>processBlock</c>: begins, executes, commits; what fails is undone and waits on.</summary>
    private void ProcessBlock()
    {
        _timer.Stop();
        while (_queue.Count > 0)
        {
            ImmutableArray<Request> requests = [.. _queue.Take(_context.Noops.BlockSize)];
            if (Commit(requests) is not { } block) return;
            _queue.RemoveRange(0, requests.Length);
            _clients = _clients.With(requests, block.Results);
            for (var i = 0; i < requests.Length; i++) Reply(requests[i], block.Results[i]);
        }
    }

    private Block? Commit(ImmutableArray<Request> requests)
    {
        var stack = _context.Stack;
        var n = stack.GetBlockHeadMetadata().SequenceNumber.Next;
        stack.BeginTxBatch(n);
        try
        {
            stack.ExecTxs(n, requests);
            return stack.CommitTxBatch(n, new ConsensusMetadata(n));
        }
        catch (Exception e) when (e is LedgerException or EventLog.Stores.EventStoreException)
        {
            stack.RollbackTxBatch(n);
            CommitFailed?.Invoke(e);
            _timer.Reset(_context.Noops.BlockWait, new BlockTimerEvent());
            return null;
        }
    }

    private void Reply(Request request, ImmutableArray<byte> result)
    {
        if (_transactions.Remove(request.Id, out var id)) _context.Transactions?.Executed(id, result.AsMemory());
        if (ConsenterClients.IsReplica(request.Client)) return;
        var reply = new Reply(default, request.Client, request.Timestamp, result, _context.Self);
        var frame = WireFormat.Encode(reply, _signer.Sign(Statements.DigestOf(reply), 0, Digest.None));
        _context.Stack.Unicast(new ConsenterMessage(ConsenterMessageType.Consensus, frame), PeerId.Of(request.Client));
    }

    /// <summary>Nothing: noops works on the ledger at once.</summary>
    public void Executed(object tag)
    {
    }

    /// <summary>Nothing: noops works on the ledger at once.</summary>
    public void Committed(object tag, BlockchainInfo info)
    {
    }

    /// <summary>Nothing: noops works on the ledger at once.</summary>
    public void RolledBack(object tag)
    {
    }

    /// <summary>Nothing: noops takes over no state.</summary>
    public void StateUpdated(object tag, BlockchainInfo? info)
    {
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _timer.Halt();
        _manager.Halt();
        await _manager.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
