using PbftReference.Core.Effects;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Host.Signing;
using PbftReference.Simulation.Byzantine;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation;

/// <summary>One process of a replica: it runs a host, crashes and is restarted from what its disk holds.</summary>
public sealed class SimulatedReplica : ITransport, IReplicaBackground
{
    private readonly Cluster _cluster;
    private readonly SeededRandom _random;
    private readonly ISigner _signer;
    private readonly ByzantineBehaviour? _behaviour;
    private readonly bool _isTwin;
    private readonly bool _misbehavedBefore;
    private readonly int? _side;
    private string _log;
    private VirtualEventManager _manager = new();
    private ReplicaHost? _host;
    private bool _flushing;
    private int _life;
    private Action? _interruption;
    private int _writesLeft;

    internal SimulatedReplica(Cluster cluster, ReplicaId id, SeededRandom random, ISigner signer, ByzantineBehaviour? behaviour, string? twinLog = null, int? side = null, bool misbehavedBefore = false)
    {
        (_cluster, Id, _random, _signer, _behaviour, _misbehavedBefore) = (cluster, id, random, signer, behaviour, misbehavedBefore);
        (_log, _isTwin, _side) = (twinLog ?? cluster.Genesis.Cluster, twinLog is not null, side);
    }

    /// <summary>Which replica.</summary>
    public ReplicaId Id { get; }

    /// <summary>Whether the process runs.</summary>
    public bool IsRunning => _host is not null;

    /// <summary>Whether it follows the protocol, and always did.</summary>
    public bool IsCorrect => _behaviour is null && !_isTwin && !_misbehavedBefore;

    /// <summary>How it misbehaves; null if it follows the protocol.</summary>
    public ByzantineBehaviour? Behaviour => _behaviour;

    /// <summary>The host of the running process.</summary>
    /// <exception cref="InvalidOperationException">The process does not run.</exception>
    public ReplicaHost Host => _host ?? throw new InvalidOperationException($"replica {Id} does not run");

    /// <summary>Does something, once, when the replica has decided and not written it yet: the worst moment for a crash.</summary>
    /// <param name="after">How many writes are done before; 0 and up.</param>
    /// <param name="interruption">What.</param>
    public void InterruptWrite(int after, Action interruption) => (_writesLeft, _interruption) = (after, interruption);

    /// <summary>Takes <see cref="InterruptWrite"/> back.</summary>
    public void InterruptNoWrite() => _interruption = null;

    /// <summary>How often it was restarted.</summary>
    public int Restarts { get; private set; }

    /// <summary>Starts the process on what the disk holds, if it does not run.</summary>
    public void Restart()
    {
        if (_host is not null) return;
        _manager = new VirtualEventManager();
        _life++;
        Restarts++;
        var recovered = _cluster.Recover(Id, _log);
        _host = new ReplicaHost(new ReplicaParts(
            _cluster.Genesis, recovered.State, recovered.Log, recovered.Service, _signer, _cluster.Keys, this, this, _manager, _cluster.Clock, _cluster,
            _cluster.Snapshots));
        _behaviour?.Begin(new ByzantineContext(_cluster, Id, _signer, () => _host));
        _host.Start(_random.NextDigest());
        Run();
    }

    /// <summary>How many records it has not written yet; 0 if it does not run.</summary>
    public int Unwritten => _host?.Log.PendingCount ?? 0;

    /// <summary>Draws how many of the records that it has not written yet the disk would hold after a crash.</summary>
    public int DrawKept(SeededRandom chance) => Unwritten > 0 ? chance.Below(Unwritten + 1) : 0;

    /// <summary>The process dies: what it had not written is lost, perhaps all but a part of the last write.</summary>
    public void Crash(SeededRandom chance) => Crash(DrawKept(chance));

    /// <summary>The same, with a part that is named.</summary>
    /// <param name="kept">How many of the records that it had not written yet the disk holds all the same.</param>
    public void Crash(int kept)
    {
        if (_host is null) return;
        if (Unwritten > 0) _host.Log.FlushPrefix(kept);
        _host.Halt();
        _host = null;
        _flushing = false;
    }

    /// <summary>The process of a faulty replica dies, and starts again on another, empty disk: it knows nothing of what it said.</summary>
    /// <param name="chance">Decides how much of what it had not written is lost.</param>
    internal void LoseDisk(SeededRandom chance)
    {
        Crash(chance);
        _log = _cluster.Genesis.Cluster + ClusterView.TwinSuffix;
        Restart();
    }

    /// <summary>A frame from the network.</summary>
    public void Deliver(Arrival arrival, byte[] frame)
    {
        if (_host is null) return;
        var taken = IsCorrect || ((_behaviour is null || _behaviour.OnFrame(arrival, frame)) && !ByzantineBehaviour.ShowsItsLies(frame, _host.State));
        if (taken) _host.Deliver(frame);
        Run();
    }

    /// <summary>Runs the event loop until it is idle.</summary>
    public void Run()
    {
        if (_host is null || _manager.Waiting == 0) return;
        try
        {
            _manager.RunToIdle();
        }
        catch (InvalidOperationException) when (!IsCorrect)
        {
            // its own lies, or its twin's, contradicted what it holds: the process of a faulty replica may die of that
            Crash(_random);
        }
    }

    void ITransport.Send(ReplicaId to, byte[] frame)
    {
        if (_behaviour is null) _cluster.Network.Send(Id, to, frame, _side);
        else _behaviour.OnSend(to, frame);
    }

    void ITransport.Send(ClientId to, byte[] frame)
    {
        if (_behaviour is null) _cluster.Network.Send(Id, to, frame, _side);
        else _behaviour.OnSend(to, frame);
    }

    void IReplicaBackground.FlushSoon(ReplicaHost host)
    {
        if (_flushing) return;
        _flushing = true;
        Later(_random.Between(100, 900), () =>
        {
            _flushing = false;
            if (Interrupted()) return;
            host.Log.Flush();
            host.OnDurable();
        });
    }

    private bool Interrupted()
    {
        if (_interruption is not { } interruption || _writesLeft-- > 0) return false;
        _interruption = null;
        interruption();
        return _host is null;
    }

    void IReplicaBackground.ExecuteSoon(ReplicaHost host, Execute effect) =>
        Later(_random.Between(50, 300), () => host.Deliver(host.Service.Run(effect)));

    private void Later(long microseconds, Action action)
    {
        var life = _life;
        _cluster.Clock.Schedule(TimeSpan.FromMicroseconds(microseconds), () =>
        {
            if (_host is null || life != _life) return;
            action();
            Run();
        });
    }
}
