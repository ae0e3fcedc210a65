using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Events;
using PbftReference.Host.Signing;

namespace PbftReference.Host.Replicas;

/// <summary>What a replica host is made of.</summary>
/// <param name="Genesis">The cluster.</param>
/// <param name="State">The recovered state.</param>
/// <param name="Log">The replica's log, at its end.</param>
/// <param name="Service">The recovered service.</param>
/// <param name="Signer">Signs as this replica.</param>
/// <param name="Verifier">Checks others' signatures.</param>
/// <param name="Transport">Where frames leave.</param>
/// <param name="Background">Where steps become durable and batches are executed.</param>
/// <param name="Manager">The event manager; the host becomes its receiver.</param>
/// <param name="Clock">The clock of the timers.</param>
/// <param name="Observer">Sees every step; null for none.</param>
/// <param name="Snapshots">When replica snapshots are taken.</param>
public sealed record ReplicaParts(
    Genesis Genesis,
    ReplicaState State,
    ReplicaLog Log,
    ServiceRunner Service,
    ISigner Signer,
    ISignatureVerifier Verifier,
    ITransport Transport,
    IReplicaBackground Background,
    IEventManager Manager,
    IClock Clock,
    IReplicaObserver? Observer,
    SnapshotPolicy Snapshots);

/// <summary>When a replica snapshot is taken: at a stable checkpoint, once the log has grown enough, so that their cost stays a fraction of the log's.</summary>
/// <param name="AfterRecords">At least so many records since the last.</param>
/// <param name="BytesPerRecord">And at least one record for so many bytes of service state.</param>
/// <param name="Retention">What becomes of older records.</param>
public sealed record SnapshotPolicy(int AfterRecords = 2000, int BytesPerRecord = 256, Retention Retention = Retention.All);

/// <summary>
/// Drives Core: an input is decided, its step added to the log, and what is to leave waits until the step is durable. Effects that stay
/// in the process (timers, execution, pages) are carried out at once: a crash undoes them together with the step.
/// </summary>
public sealed class ReplicaHost : IEventReceiver
{
    private const int RefusalsPerRecord = 1000;

    private readonly ReplicaParts _parts;
    private readonly MessageVerifier _edge;
    private readonly MessageSealer _sealer;
    private readonly Queue<Outgoing> _outbox = [];
    private readonly IEventTimer[] _timers;
    private readonly SortedDictionary<Refusal, long> _refusals = [];
    private long _refusalCount;
    private long _lastSnapshot;

    private readonly record struct Outgoing(LogPosition Position, Effect Effect);

    private readonly record struct Leaving(LogPosition Position, Effect Effect, Message Message)
    {
        /// <summary>Whether this replica signs it; what is passed on keeps its signature.</summary>
        public bool IsOwn => Effect is not Send { Signature.IsOwn: false };
    }

    /// <summary>Makes a host. Nothing happens before <see cref="Start(Digest)"/>.</summary>
    public ReplicaHost(ReplicaParts parts)
    {
        _parts = parts;
        _edge = new MessageVerifier(parts.Verifier, parts.Genesis.Configuration);
        _sealer = new MessageSealer(parts.Signer, parts.Genesis.Configuration);
        State = parts.State;
        _lastSnapshot = parts.Log.Head.Revision;
        var factory = new EventTimerFactory(parts.Clock, parts.Manager);
        _timers = [.. Enum.GetValues<TimerKind>().Select(_ => factory.CreateTimer())];
        parts.Manager.SetReceiver(this);
    }

    /// <summary>The state after the last step.</summary>
    public ReplicaState State { get; private set; }

    /// <summary>This replica.</summary>
    public ReplicaId Self => State.Self;

    /// <summary>Its log.</summary>
    public ReplicaLog Log => _parts.Log;

    /// <summary>Its service.</summary>
    public ServiceRunner Service => _parts.Service;

    /// <summary>Starts: the first step of every start fences other writers of the stream. May be called from any thread, once.</summary>
    /// <param name="incarnation">A number used once.</param>
    public void Start(Digest incarnation)
    {
        _parts.Manager.Queue.Send(new InputArrived(new ReplicaStarted(incarnation)));
        _parts.Manager.Start();
    }

    /// <summary>Stops timers; queued events are not processed any more.</summary>
    public void Halt()
    {
        foreach (var timer in _timers) timer.Halt();
        _parts.Manager.Halt();
    }

    /// <summary>A message for this replica; may be called from any thread.</summary>
    public void Deliver(byte[] frame) => _parts.Manager.Queue.Send(new FrameArrived(frame));

    /// <summary>Another input for this replica; may be called from any thread.</summary>
    public void Deliver(Input input) => _parts.Manager.Queue.Send(new InputArrived(input));

    /// <inheritdoc/>
    public HostEvent? ProcessEvent(HostEvent hostEvent)
    {
        switch (hostEvent)
        {
            case FrameArrived { Frame: var frame }: return Receive(frame);
            case InputArrived { Input: var input }: return Decide(input);
            default: throw new InvalidOperationException($"no handler for {hostEvent.GetType().Name}");
        }
    }

    /// <summary>The log's records up to its durable position are safe: what waited for them leaves now, signed in one go.</summary>
    public void OnDurable()
    {
        var leaving = new List<Leaving>();
        while (_outbox.TryPeek(out var next) && Guard.Holds(GuardName.AppendBeforeSend, next.Position.Revision <= Log.Durable.Revision))
        {
            _outbox.Dequeue();
            if (MessageOf(next.Effect) is { } message) leaving.Add(new Leaving(next.Position, next.Effect, message));
        }

        if (leaving.Count == 0) return;
        _sealer.Prepare(leaving.Where(one => one.IsOwn).Select(one => (one.Message, one.Position.Revision, one.Position.Hash)));
        foreach (var one in leaving) Release(one);
    }

    /// <summary>What leaves for an effect; null if there is nothing to send.</summary>
    private Message? MessageOf(Effect effect) => effect switch
    {
        Send e => e.Message,
        Multicast e => e.Message,
        SendReply e => e.Reply,
        SendState e => Service.Answer(e, Self),
        _ => null,
    };

    private HostEvent? Receive(byte[] frame)
    {
        MessageReceived received;
        try
        {
            var (message, signature) = WireFormat.Decode(frame);
            received = new MessageReceived(message, signature);
        }
        catch (InvalidDataException)
        {
            _parts.Observer?.OnDropped(this, DropReason.Undecodable);
            return null;
        }

        if (_edge.Holds(received.Message, received.Signature)) return Decide(received);
        _parts.Observer?.OnDropped(this, DropReason.BadSignature);
        return null;
    }

    private HostEvent? Decide(Input input)
    {
        var before = State;
        var (step, state) = Replica.Decide(before, input);
        State = state;
        if (step.Refusal is { } refusal) Count(refusal);
        if (!step.Events.IsEmpty) Log.Add(step, Now);
        _parts.Observer?.OnStep(this, before, step);
        var next = CarryOut(step);
        if (State.Low > before.Low) TakeSnapshot();
        if (Log.PendingCount > 0) _parts.Background.FlushSoon(this);
        OnDurable();
        return next;
    }

    private long Now => (long)_parts.Clock.Now.TotalMilliseconds;

    /// <summary>Refusals are counted, not recorded one by one, so that a flood cannot fill the disk.</summary>
    private void Count(Refusal refusal)
    {
        _refusals[refusal] = _refusals.GetValueOrDefault(refusal) + 1;
        if (++_refusalCount % RefusalsPerRecord != 0) return;
        Log.AddRefusals(_refusals, Now);
        _refusals.Clear();
    }

    /// <summary>
    /// A checkpoint became stable: the state is kept beside the log, with the service's pages at that checkpoint. Not while a transfer is
    /// under way, whose pages are in no snapshot, nor where a transfer jumped over places that recovery would have to execute.
    /// </summary>
    private void TakeSnapshot()
    {
        if (State.Transfer is not null || !IsExecutableFromLow() || Service.CheckpointAt(State.Low) is not { } kept) return;
        var grown = Log.Head.Revision - _lastSnapshot;
        if (grown < _parts.Snapshots.AfterRecords || grown < kept.Bytes / _parts.Snapshots.BytesPerRecord) return;
        var position = Log.Head.Revision;
        try
        {
            SnapshotStore.Write(Log, State, kept.ToPages(), Now, _parts.Snapshots.Retention);
            _lastSnapshot = position;
        }
        catch (EventStoreException e) when (e.MayPass)
        {
            // A snapshot only makes recovery faster: the log goes on without it, and the next stable checkpoint tries again.
        }
    }

    private bool IsExecutableFromLow()
    {
        if (State.LastExecuted < State.Low || State.LastExecuted > State.High) return false;
        for (var n = State.Low.Next; n <= State.LastExecuted; n = n.Next)
        {
            if (!State.SlotAt(n).IsExecutable) return false;
        }

        return true;
    }

    private HostEvent? CarryOut(Step step)
    {
        HostEvent? next = null;
        foreach (var effect in step.Effects)
        {
            var input = effect switch
            {
                Send or Multicast or SendReply or SendState => Enqueue(effect),
                StartTimer e => Start(e),
                StopTimer e => Stop(e),
                Execute e => Background(e),
                TakeCheckpoint e => Do(() => Service.Keep(e)),
                DiscardCheckpoints e => Do(() => Service.Discard(e)),
                StageState e => Service.Stage(e),
                StorePages e => Do(() => Service.Store(e)),
                InstallState e => _parts.Background.Install(this, e),
                _ => throw new InvalidOperationException($"no way to carry out {effect.GetType().Name}"),
            };
            if (input is not null) next = new InputArrived(input);
        }

        return next;
    }

    private static Input? Do(Action action)
    {
        action();
        return null;
    }

    private Input? Enqueue(Effect effect)
    {
        _outbox.Enqueue(new Outgoing(Log.Head, effect));
        return null;
    }

    private Input? Start(StartTimer effect)
    {
        var expiry = new InputArrived(new TimerExpired(effect.Timer));
        _timers[(int)effect.Timer].Reset(TimeSpan.FromMilliseconds(effect.Milliseconds), expiry);
        return null;
    }

    private Input? Stop(StopTimer effect)
    {
        _timers[(int)effect.Timer].Stop();
        return null;
    }

    private Input? Background(Execute effect)
    {
        _parts.Background.ExecuteSoon(this, effect);
        return null;
    }

    private void Release(Leaving leaving)
    {
        var frame = leaving.IsOwn ? Encode(leaving.Message, leaving.Position) : WireFormat.Encode(leaving.Message, ((Send)leaving.Effect).Signature);
        switch (leaving.Effect)
        {
            case Send e: _parts.Transport.Send(e.To, frame); break;
            case Multicast: Broadcast(frame); break;
            case SendReply e: _parts.Transport.Send(e.Reply.Client, frame); break;
            case SendState e: _parts.Transport.Send(e.To, frame); break;
            default: break;
        }
    }

    private byte[] Encode(Message message, LogPosition position)
    {
        var (@sealed, signature) = _sealer.Seal(message, position.Revision, position.Hash);
        return WireFormat.Encode(@sealed, signature);
    }

    private void Broadcast(byte[] frame) => _parts.Transport.Broadcast(frame, Self, State.Configuration.Replicas);
}
