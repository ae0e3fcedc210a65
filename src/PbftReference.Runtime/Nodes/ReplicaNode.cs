using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using PbftReference.Consensus.Controller;
using PbftReference.Consensus.Helper;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Ledger;
using PbftReference.Consensus.Noops;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Events;
using PbftReference.Host;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Configuration;
using PbftReference.Runtime.Http;
using PbftReference.Runtime.Keys;
using PbftReference.Runtime.Membership;
using PbftReference.Runtime.Telemetry;
using PbftReference.Runtime.Transport;

namespace PbftReference.Runtime.Nodes;

/// <summary>
/// One replica as a process: its keys, log, ledger, network and HTTP, joined by the consenter stack. The protocol is reached only through
/// the consenter and the stack.
/// </summary>
public sealed class ReplicaNode : IAsyncDisposable
{
    /// <summary>How long what waits for the others may take to leave when the node stops.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan DatabaseDeadline = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DatabasePatienceAtStart = TimeSpan.FromSeconds(60);

    // A record of a batch is a few KiB, and one that does not fit in a page takes whole ones beside it.
    private const int LogPageBytes = 16 * 1024;

    // A block holds a whole batch, which may be as large as a frame, and its results; it stays in this file.
    private static readonly SqliteStoreOptions LedgerOptions = new() { Durability = SqliteDurability.Process, Limits = new AppendLimits(MaxBytes: 512 << 20) };

    private readonly List<IDisposable> _owned = [];
    private readonly TaskCompletionSource<Exception> _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _uptime = Stopwatch.StartNew();
    private readonly Settings _settings;
    private readonly ClusterMembers _members;
    private readonly NodeMessages _messages;
    private readonly ReplicaId _self;
    private readonly EpochClock _clock = new();
    private readonly ReplicaTelemetry _telemetry;
    private readonly PrometheusText _prometheus;
    private readonly TransactionTable _transactions = new();
    private readonly ConsensusHelper _stack;
    private readonly Engine _engine;
    private readonly PeerNetwork _network;
    private readonly EventThreadWatch _watch;
    private NodeHttp? _http;

    /// <summary>Reads genesis and keys, recovers the replica from its log, and listens. It takes part once it is started.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="logger">Where its messages for people go.</param>
    /// <exception cref="SettingException">A setting is missing, or contradicts the genesis.</exception>
    /// <exception cref="KeyException">A key cannot be used.</exception>
    /// <exception cref="EventStoreException">The log cannot be opened, or is gone though the replica took part.</exception>
    /// <exception cref="IOException">The port is taken, or a file cannot be read.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">Genesis or log cannot be read.</exception>
    /// <exception cref="LedgerException">The ledger is another log's.</exception>
    public ReplicaNode(Settings settings, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _messages = new NodeMessages(logger);
        foreach (var note in settings.Notes) _messages.SettingNote(note);
        if (settings["node.id"].IsDefault) throw new SettingException("node.id is not set: say which replica this node is, in its configuration file or by --set node.id=0");
        _members = GenesisFile.Read(settings["node.genesis"].Text);
        _settings = settings = settings.Within(_members);
        _self = SelfOf(settings, _members);
        if (ReplicaFiles.Of(settings).LostLog is { } lost) throw new EventStoreException(EventStoreFailure.Damaged, lost);
        try
        {
            var certificate = Owned(KeyFiles.Read(settings["node.certificate"].Text, settings["node.key"].Text));
            var keys = Owned(new PeerKeys(certificate, _members));
            _telemetry = Owned(new ReplicaTelemetry(settings["telemetry.sample"].Number, _messages, _clock));
            _prometheus = Owned(new PrometheusText(_telemetry.Instruments));
            if (OtlpExport.Start(settings["telemetry.otlp"].Text, $"{_members.Cluster}/{_self}") is { } export) Owned(export);
            var identity = new Identity(PeerId.Of(_self), certificate, _members);
            _network = Listen(identity, settings.ToTransport());
            (_stack, _engine) = NewEngine(keys);
        }
        catch
        {
            foreach (var owned in Enumerable.Reverse(_owned)) owned.Dispose();
            throw;
        }

        _telemetry.Gauges.ReplicasConnected = () => _network.ReplicasConnected;
        _telemetry.Gauges.ClientsConnected = () => _network.ClientsConnected;
        _telemetry.Gauges.FramesWaiting = () => _network.Waiting;
        _telemetry.Gauges.EventsWaiting = () => _engine.Consenter.EventsWaiting;
        _telemetry.Begin((_engine.Consenter as PbftPlugin)?.Consenter.State);
        _watch = new EventThreadWatch(() => _engine.Consenter.EventsHandled, () => _engine.Consenter.EventsWaiting, _clock);
    }

    /// <summary>Ends with the exception that ended one of the node's threads.</summary>
    public Task<Exception> Fault => _fault.Task;

    /// <summary>Where it serves HTTP.</summary>
    public System.Net.IPEndPoint? HttpAddress => _http?.Address;

    /// <summary>Takes part.</summary>
    /// <exception cref="IOException">The port of HTTP is taken.</exception>
    public async Task Start()
    {
        _http = await NodeHttp.Start(
            SettingSyntax.Address(_settings["node.http"].Text),
            new NodeAnswers(_prometheus.Write, Status, n => _engine.Query(ledger => ledger.GetBlock(n)), _engine.ProcessTransaction, _transactions)).ConfigureAwait(false);
        if (_engine.Consenter is PbftPlugin { Consenter: var pbft }) _messages.Recovered(pbft.State.View.Value, pbft.State.LastExecuted.Value, pbft.LogHead.Revision);
        if (!_members.Signatures) _messages.WithoutSignatures();
        _engine.Start(new Digest(RandomNumberGenerator.GetBytes(Digest.Size)));
        _network.Start();
        _messages.Started(_self.Value, _members.Cluster, _engine.Consenter.Name, _network.Address.ToString(), _http.Address.ToString());
    }

    /// <summary>Where it stands.</summary>
    public NodeStatus Status()
    {
        var standing = (_engine.Consenter as PbftPlugin)?.Consenter.Standing;
        var (state, head) = (standing?.State, standing?.LogHead);
        var chain = _stack.GetBlockchainInfo();
        return new NodeStatus
        {
            Replica = _self.Value,
            Cluster = _members.Cluster,
            Plugin = _engine.Consenter.Name,
            Signatures = _members.Signatures,
            Phase = state?.Phase.ToString() ?? "Normal",
            Execution = state?.Execution.ToString() ?? "Idle",
            View = state?.View.Value ?? 0,
            Active = state?.Active ?? true,
            Primary = state?.Primary.Value ?? _self.Value,
            Low = state?.Low.Value ?? 0,
            High = state?.High.Value ?? 0,
            LastExecuted = state?.LastExecuted.Value ?? chain.SequenceNumber.Value,
            ServiceDigest = (state?.ServiceDigest ?? chain.StateDigest).ToString(),
            StableDigest = (state?.Stable.StateDigest ?? default).ToString(),
            RequestsWaiting = state?.Queue.Count ?? (_engine.Consenter as NoopsConsenter)?.Waiting ?? 0,
            Clients = state?.Clients.Entries.Count ?? 0,
            Valid = _stack.IsValid,
            Blocks = _stack.GetBlockchainSize(),
            ChainHead = chain.CurrentHash.ToString(),
            LogRevision = head?.Revision ?? -1,
            LogHead = (head?.Hash ?? default).ToString(),
            LogFailure = _telemetry.LogFailure,
            ReplicasConnected = _network.ReplicasConnected,
            ClientsConnected = _network.ClientsConnected,
            ReplicasNeeded = _members.Configuration.Quorum - 1,
            Alive = !_fault.Task.IsCompleted && _watch.Progresses(),
            Uptime = Math.Round(_uptime.Elapsed.TotalSeconds, 3),
        };
    }

    private PeerNetwork Listen(Identity identity, TransportLimits limits)
    {
        try
        {
            return new PeerNetwork(identity, _members, null, limits, _telemetry, Join);
        }
        catch (SocketException e)
        {
            throw new IOException($"replica {_self} cannot listen on {_members.Replicas[_self.Value].Address}, its address in the genesis: {e.Message}. Does it run already, or has another process the port?", e);
        }
    }

    private static ReplicaId SelfOf(Settings settings, ClusterMembers members)
    {
        var id = settings["node.id"];
        return id.Number < members.Replicas.Length
            ? new ReplicaId((int)id.Number)
            : throw new SettingException($"{id.Source}: node.id = {id.Text}: the cluster has replicas 0 to {members.Replicas.Length - 1}") { OfCommandLine = id.Source == Settings.CommandLineSource };
    }

    private (ConsensusHelper Stack, Engine Engine) NewEngine(PeerKeys keys)
    {
        var genesis = _members.Genesis;
        var log = OpenLog(genesis);
        var blocks = new BlockStore(Owned(OpenLedger()), genesis.Cluster, _self);
        var hasStream = log.Tail(LogStreams.OfReplica(genesis.Cluster, _self)) is not null;
        if (_settings["peer.validator.consensus.plugin"].Text == "pbft" && ReplicaFiles.Of(_settings).LostStream(hasStream, blocks.Count > 0) is { } lost) throw new EventStoreException(EventStoreFailure.Damaged, lost);
        var ledger = new BlockLedger(blocks, genesis);
        var executor = new EventManager(OnFault, (int)_settings["executor.queuesize"].Number, $"executor {_self}");
        var stack = new ConsensusHelper(_network, keys, ledger, new StatePersistor(Kept(log), genesis.Cluster, _self), executor);
        var context = new ConsenterContext(stack, genesis, _self, log, blocks, _clock, EventManager.DefaultCapacity, _settings.ToSnapshots(), _settings.ToNoops(), OnFault)
        {
            Observer = _telemetry,
            LogObserver = _telemetry,
            Transactions = _transactions,
        };
        var engine = new Engine(_settings["peer.validator.consensus.plugin"].Text, context, (int)_settings["peer.validator.consensus.buffersize"].Number);
        if (engine.Consenter is NoopsConsenter noops) noops.CommitFailed += _messages.CommitFailed;
        return (stack, engine);
    }

    // What the consenter keeps is this process's alone: beside a log in a database it stays on this machine, so that a database that is away
    // never stands between a client's transaction and the event thread.
    private IEventStore Kept(IEventStore log)
    {
        if (!ReplicaFiles.Of(_settings).InDatabase) return log;
        return Owned(new SqliteEventStore(Path.Combine(Path.GetDirectoryName(_settings["node.ledger"].Text)!, "consenter.db")));
    }

    private SqliteEventStore OpenLedger()
    {
        var path = _settings["node.ledger"].Text;
        try
        {
            return new SqliteEventStore(path, LedgerOptions);
        }
        catch (EventStoreException e) when (e.Failure is EventStoreFailure.NotAStore or EventStoreFailure.Damaged)
        {
            throw new EventStoreException(e.Failure, $"the ledger {path} cannot be read; remove it, and it is made again from the log ({e.InnerException?.Message ?? e.Message})", e);
        }
    }

    private IEventStore OpenLog(Genesis genesis)
    {
        var files = ReplicaFiles.Of(_settings);
        if (!files.InDatabase) return Owned(new SqliteEventStore(files.Log, new SqliteStoreOptions { PageBytes = LogPageBytes }));
        // at the start the database is waited for here; later the writer of the log does it, which tells and ends when the node stops
        var database = Owned(new EventStoreDb(files.Log, new EventStoreDbOptions { Patience = DatabasePatience, PatienceAtFirst = DatabasePatienceAtStart, Waiting = _messages.LogRetrying, Deadline = DatabaseDeadline }));
        try
        {
            StoredManifest.Write(database, genesis.Cluster, ClusterManifest.Encode(genesis));
        }
        catch (WrongExpectedRevisionException e)
        {
            throw new EventStoreException(EventStoreFailure.WrongExpectedRevision, $"{EventStoreDb.WithoutSecrets(files.Log)} holds another cluster of the name '{genesis.Cluster}': make this one under another name (--name), or take another database", e);
        }

        return database;
    }

    private (FrameHandler Handle, IDisposable Handler) Join(PeerId peer)
    {
        var handler = _engine.NewHandler(peer);
        return (handler.HandleMessage, handler);
    }

    private void OnFault(Exception fault)
    {
        _messages.Faulted(fault);
        _fault.TrySetResult(fault);
    }

    private T Owned<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    /// <summary>Stops: hangs up, ends the threads, writes what was decided.</summary>
    public async ValueTask DisposeAsync()
    {
        await _network.Close(LastWords).ConfigureAwait(false);
        if (_http is not null) await _http.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _engine.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            foreach (var owned in Enumerable.Reverse(_owned)) owned.Dispose();
        }
    }
}
