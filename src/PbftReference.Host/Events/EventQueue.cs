namespace PbftReference.Host.Events;

/// <summary>The queue of both managers: arrival order, limited room, places that can be withdrawn.</summary>
internal sealed class EventQueue : IEventQueue
{
    private readonly object _gate = new();
    private readonly LinkedList<Place> _places = new();
    private readonly LinkedList<WaitingSender> _senders = new();
    private int _room;
    private bool _closed;

    /// <param name="capacity">How many sent events may wait before senders do; 1 or more.</param>
    public EventQueue(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _room = capacity;
    }

    /// <summary>The places in the queue, without senders that wait for room.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _places.Count;
            }
        }
    }

    /// <inheritdoc/>
    public bool Send(HostEvent hostEvent)
    {
        ArgumentNullException.ThrowIfNull(hostEvent);
        // Waits on the sender's own task: waking up must not depend on a free thread of the pool.
        return TrySend(hostEvent, out LinkedListNode<WaitingSender>? sender)
            ?? sender!.Value.Admitted.Task.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(HostEvent hostEvent, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(hostEvent);
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellation);
        }
        return TrySend(hostEvent, out LinkedListNode<WaitingSender>? sender) is { } queued
            ? ValueTask.FromResult(queued)
            : WaitForRoom(sender!, cancellation);
    }

    /// <inheritdoc/>
    public IDisposable Post(Func<HostEvent?> claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        lock (_gate)
        {
            var place = new LinkedListNode<Place>(new Place(null, claim, HoldsRoom: false));
            if (!_closed)
            {
                Append(place);
            }
            return new Withdrawal(this, place);
        }
    }

    /// <summary>The next event, waiting for one; null once the queue is closed.</summary>
    public HostEvent? Take() => Next(wait: true);

    /// <summary>The next event; null if none waits or the queue is closed.</summary>
    public HostEvent? TakeIfAny() => Next(wait: false);

    /// <summary>Drops everything that waits and answers every sender, now and later, with false.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _places.Clear();
            foreach (WaitingSender sender in _senders)
            {
                sender.Admitted.TrySetResult(false);
            }
            _senders.Clear();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The answer to a sender; null if there is no room and the sender now waits in line.</summary>
    private bool? TrySend(HostEvent hostEvent, out LinkedListNode<WaitingSender>? sender)
    {
        sender = null;
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }
            bool holdsRoom = _room > 0;
            // An event thread makes the room that it would wait for (its own, or in a circle of managers another's).
            if (holdsRoom || EventManager.IsEventThread)
            {
                _room -= holdsRoom ? 1 : 0;
                Append(new Place(hostEvent, null, holdsRoom));
                return true;
            }
            sender = _senders.AddLast(new WaitingSender(hostEvent));
            return null;
        }
    }

    private HostEvent? Next(bool wait)
    {
        while (RemoveFirst(wait) is { } place)
        {
            // Outside the lock: a timer claims under its own lock, and takes ours under that one when it withdraws.
            HostEvent? next = place.Claim is null ? place.Event : place.Claim();
            if (next is not null)
            {
                return next;
            }
        }
        return null;
    }

    private Place? RemoveFirst(bool wait)
    {
        lock (_gate)
        {
            while (wait && !_closed && _places.Count == 0)
            {
                Monitor.Wait(_gate);
            }
            if (_places.First is not { } first)
            {
                return null;
            }
            _places.RemoveFirst();
            if (first.Value.HoldsRoom)
            {
                HandOnRoom();
            }
            return first.Value;
        }
    }

    private void HandOnRoom()
    {
        if (_senders.First is not { } longest)
        {
            _room++;
            return;
        }
        _senders.RemoveFirst();
        Append(new Place(longest.Value.Event, null, HoldsRoom: true));
        longest.Value.Admitted.TrySetResult(true);
    }

    private void Append(Place place) => Append(new LinkedListNode<Place>(place));

    private void Append(LinkedListNode<Place> place)
    {
        _places.AddLast(place);
        Monitor.Pulse(_gate);
    }

    private async ValueTask<bool> WaitForRoom(LinkedListNode<WaitingSender> sender, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(_ => GiveUp(sender, cancellation), null);
        return await sender.Value.Admitted.Task.ConfigureAwait(false);
    }

    private void GiveUp(LinkedListNode<WaitingSender> sender, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (sender.List is null)
            {
                return;
            }
            _senders.Remove(sender);
        }
        sender.Value.Admitted.TrySetCanceled(cancellation);
    }

    private void Withdraw(LinkedListNode<Place> place)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _places.Remove(place);
            }
        }
    }

    private readonly record struct Place(HostEvent? Event, Func<HostEvent?>? Claim, bool HoldsRoom);

    private sealed record WaitingSender(HostEvent Event)
    {
        public TaskCompletionSource<bool> Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Withdrawal(EventQueue queue, LinkedListNode<Place> place) : IDisposable
    {
        public void Dispose() => queue.Withdraw(place);
    }
}
