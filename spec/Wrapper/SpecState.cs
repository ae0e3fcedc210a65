using PbftTypes;

namespace PbftReference.Spec;

/// <summary>A reply that is kept for a client.</summary>
/// <param name="Timestamp">The request's timestamp.</param>
/// <param name="Result">The result, by its number.</param>
public readonly record struct SpecReply(long Timestamp, int Result);

/// <summary>What is executed of one client: the specification's <c>Entry</c>.</summary>
public sealed class SpecClient
{
    private readonly _IEntry _value;

    internal SpecClient(_IEntry value) => _value = value;

    /// <summary>Makes one.</summary>
    /// <param name="upTo">Every timestamp up to here is executed.</param>
    /// <param name="above">The executed timestamps above it.</param>
    /// <param name="replies">The replies that are kept, by timestamp modulo the window.</param>
    public SpecClient(long upTo, IEnumerable<long> above, IEnumerable<KeyValuePair<long, SpecReply>> replies)
        : this(Entry.create(upTo, Values.Set(above), Values.Map(replies.Select(r => KeyValuePair.Create(r.Key, Cached.create(r.Value.Timestamp, r.Value.Result))))))
    {
    }

    internal _IEntry Value => _value;

    /// <summary>The same object as long as nothing changes: a key for what is computed of the entry.</summary>
    public object Identity => _value;

    /// <summary>Every timestamp up to here is executed.</summary>
    public long Base => (long)_value.dtor_base;

    /// <summary>The executed timestamps above it.</summary>
    public IEnumerable<long> Above => _value.dtor_above.Elements.Select(timestamp => (long)timestamp);

    /// <summary>The replies that are kept, by timestamp modulo the window, in no order.</summary>
    public IEnumerable<KeyValuePair<long, SpecReply>> Replies =>
        _value.dtor_replies.ItemEnumerable.Select(pair => KeyValuePair.Create((long)pair.Car, new SpecReply((long)pair.Cdr.dtor_ts, (int)pair.Cdr.dtor_result)));
}

/// <summary>The replicated state: the service and what is executed of every client.</summary>
public sealed class SpecState : IEquatable<SpecState>
{
    internal SpecState(_IState value) => Value = value;

    /// <summary>Makes one.</summary>
    /// <param name="service">The service's digest, by its number.</param>
    /// <param name="clients">The clients.</param>
    public SpecState(int service, IEnumerable<KeyValuePair<long, SpecClient>> clients)
        : this(State.create(service, Values.Map(clients.Select(c => KeyValuePair.Create(c.Key, c.Value.Value)))))
    {
    }

    internal _IState Value { get; }

    /// <summary>The service's digest, by its number.</summary>
    public int Service => (int)Value.dtor_app;

    /// <summary>The same object as long as no client's entry changes.</summary>
    public object ClientsIdentity => Value.dtor_table;

    /// <summary>Whether nothing is executed of any client.</summary>
    public bool HasNoClients => Value.dtor_table.Count == 0;

    /// <summary>The clients, ascending.</summary>
    public IEnumerable<KeyValuePair<long, SpecClient>> Clients =>
        Value.dtor_table.ItemEnumerable.Select(pair => KeyValuePair.Create((long)pair.Car, new SpecClient(pair.Cdr))).OrderBy(pair => pair.Key);

    /// <inheritdoc/>
    public bool Equals(SpecState? other) => other is not null && Value.Equals(other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SpecState);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();
}
