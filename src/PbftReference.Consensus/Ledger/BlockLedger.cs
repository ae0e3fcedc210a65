using System.Collections.Immutable;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Effects;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;

namespace PbftReference.Consensus.Ledger;

/// <summary>
/// The ledger of one replica: its service, and the chain of blocks that the service has executed. It is the service's journal, too:
/// recovery executes again what the log has, and each batch's block is then found to be there, or is made again.
/// </summary>
public sealed class BlockLedger : ILegacyExecutor, IReadOnlyLedger, IServiceJournal
{
    private readonly Lock _gate = new();
    private readonly BlockStore _blocks;
    private ServiceRunner? _service;
    private BlockchainInfo _head;
    private OpenBatch? _open;

    private sealed class OpenBatch(object id, ServiceCheckpoint before)
    {
        public object Id { get; } = id;

        public ServiceCheckpoint Before { get; } = before;

        public ImmutableArray<Request>.Builder Requests { get; } = ImmutableArray.CreateBuilder<Request>();

        public ImmutableArray<ImmutableArray<byte>>.Builder Results { get; } = ImmutableArray.CreateBuilder<ImmutableArray<byte>>();

        public Digest StateDigest { get; set; } = before.Digest;
    }

    /// <summary>A ledger whose service is at the genesis.</summary>
    /// <param name="blocks">Its blocks.</param>
    /// <param name="genesis">The cluster.</param>
    public BlockLedger(BlockStore blocks, Host.Genesis genesis)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        _blocks = blocks;
        var initial = genesis.Configuration.InitialServiceDigest;
        _head = new BlockchainInfo(default, BlockHash.OfCheckpoint(default, initial), initial);
    }

    /// <summary>Gives it the service that it executes with, once that is recovered.</summary>
    public void Attach(ServiceRunner service) => _service = service;

    private ServiceRunner Service => _service ?? throw new LedgerException("the ledger has no service yet: attach one first");

    /// <inheritdoc/>
    public void BeginTxBatch(object id)
    {
        lock (_gate)
        {
            if (_open is not null) throw new LedgerException($"batch {_open.Id} is open: commit it or roll it back before {id} begins");
            _open = new OpenBatch(id, Service.Capture());
        }
    }

    /// <inheritdoc/>
    public ExecutionResult ExecTxs(object id, ImmutableArray<Request> requests)
    {
        lock (_gate)
        {
            var open = Open(id);
            var (results, digest) = Service.Run(requests);
            open.Requests.AddRange(requests);
            open.Results.AddRange(results);
            open.StateDigest = digest;
            return new ExecutionResult(results, digest);
        }
    }

    /// <inheritdoc/>
    public Block CommitTxBatch(object id, ConsensusMetadata metadata)
    {
        lock (_gate)
        {
            var open = Open(id);
            var block = BlockOf(open, metadata);
            if (metadata.SequenceNumber <= _head.SequenceNumber)
            {
                var standing = SameBatch(block);
                Undo(open);
                return standing;
            }

            Add(block);
            _open = null;
            return block;
        }
    }

    /// <inheritdoc/>
    public void RollbackTxBatch(object id)
    {
        lock (_gate) Undo(Open(id));
    }

    /// <inheritdoc/>
    public BlockchainInfo PreviewCommitTxBatch(object id, ConsensusMetadata metadata)
    {
        lock (_gate)
        {
            var block = BlockOf(Open(id), metadata);
            return new BlockchainInfo(metadata.SequenceNumber, block.Hash, block.StateDigest);
        }
    }

    /// <summary>Takes over the state of a checkpoint whose pages the service has put aside; an open batch is undone first.</summary>
    /// <exception cref="LedgerException">The pages are not those of the checkpoint; says why.</exception>
    public BlockchainInfo Synchronise(StateTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        lock (_gate)
        {
            if (_open is { } open) Undo(open);
            try
            {
                Service.Install(new InstallState(target.SequenceNumber, target.StateDigest));
            }
            catch (InvalidDataException e)
            {
                throw new LedgerException($"the state of checkpoint {target.SequenceNumber} cannot be taken over: {e.Message}", e);
            }

            return _head;
        }
    }

    /// <inheritdoc/>
    public Block? GetBlock(SequenceNumber n) => _blocks.At(n);

    /// <inheritdoc/>
    public long GetBlockchainSize() => _blocks.Count;

    /// <inheritdoc/>
    public BlockchainInfo GetBlockchainInfo() => Volatile.Read(ref _head);

    /// <inheritdoc/>
    public byte[] GetBlockchainInfoBlob()
    {
        var info = GetBlockchainInfo();
        return new CanonicalWriter().Int64(info.SequenceNumber.Value).Digest(info.CurrentHash).Digest(info.StateDigest).ToArray();
    }

    /// <inheritdoc/>
    public ConsensusMetadata GetBlockHeadMetadata() => _blocks.Last?.Metadata ?? default;

    /// <inheritdoc/>
    void IServiceJournal.Ran(Execute effect, ExecutionCompleted result)
    {
        if (effect.Requests.IsEmpty) return;
        lock (_gate) Add(new Block(new ConsensusMetadata(effect.SequenceNumber), _head.CurrentHash, effect.Requests, result.Results, result.ServiceDigest));
    }

    /// <inheritdoc/>
    void IServiceJournal.Kept(SequenceNumber n, Digest stateDigest)
    {
        lock (_gate) Volatile.Write(ref _head, _head with { SequenceNumber = n, CurrentHash = BlockHash.OfCheckpoint(n, stateDigest) });
    }

    /// <inheritdoc/>
    void IServiceJournal.Installed(SequenceNumber n, Digest stateDigest, Digest serviceDigest)
    {
        lock (_gate) Volatile.Write(ref _head, new BlockchainInfo(n, BlockHash.OfCheckpoint(n, stateDigest), serviceDigest));
    }

    private OpenBatch Open(object id) =>
        _open is { } open && Equals(open.Id, id) ? open : throw new LedgerException($"batch {id} is not open{(_open is null ? "" : $"; {_open.Id} is")}: begin it first");

    private Block BlockOf(OpenBatch open, ConsensusMetadata metadata) =>
        new(metadata, _head.CurrentHash, open.Requests.ToImmutable(), open.Results.ToImmutable(), open.StateDigest);

    private void Undo(OpenBatch open)
    {
        Service.Restore(open.Before);
        _open = null;
    }

    /// <summary>The block that stands at the place of a batch which was committed before, by this process.</summary>
    private Block SameBatch(Block again)
    {
        var n = again.Metadata.SequenceNumber;
        if (_blocks.At(n) is not { } standing) throw new LedgerException($"place {n} is behind the chain, which stands at {_head.SequenceNumber}, and has no block");
        return standing.Requests.SequenceEqual(again.Requests) ? standing : throw Other(n);
    }

    /// <summary>Adds a block; one that stands already, from before a restart, must be the same.</summary>
    private void Add(Block block)
    {
        var n = block.Metadata.SequenceNumber;
        if (_blocks.Last is { } last && n <= last.Metadata.SequenceNumber)
        {
            // A place that a state transfer jumped over before has no block, and gets none now.
            if (_blocks.At(n) is { } standing && standing.Hash != block.Hash) throw Other(n);
        }
        else
        {
            _blocks.Append(block);
        }

        Volatile.Write(ref _head, new BlockchainInfo(n, block.Hash, block.StateDigest));
    }

    private static LedgerException Other(SequenceNumber n) => new(
        $"another block stands at place {n} than the one that is to be committed: the ledger file belongs to another log; remove the file, it is made again from the log");
}
