using PbftTypes;

namespace PbftReference.Spec;

/// <summary>
/// The set of messages that a replica's log holds, as the specification's functions see it. It is changed in place, between their calls: the
/// replica has one log, and no function keeps what it was given.
/// </summary>
internal sealed class MessageLog(Dafny.ISet<_IMsg> messages) : Dafny.ISet<_IMsg>
{
    private readonly HashSet<_IMsg> _messages = [.. messages.Elements];

    /// <inheritdoc/>
    public int Count => _messages.Count;

    /// <inheritdoc/>
    public long LongCount => _messages.Count;

    /// <inheritdoc/>
    public IEnumerable<_IMsg> Elements => _messages;

    /// <inheritdoc/>
    public IEnumerable<Dafny.ISet<_IMsg>> AllSubsets => Copy().AllSubsets;

    /// <summary>Adds a message; false if it was there.</summary>
    public bool Add(_IMsg message) => _messages.Add(message);

    /// <summary>Removes what does not fulfil a condition.</summary>
    public void Keep(Func<_IMsg, bool> condition) => _messages.RemoveWhere(message => !condition(message));

    /// <summary>A copy without some messages.</summary>
    public Dafny.ISet<_IMsg> Without(IEnumerable<_IMsg> removed) => Dafny.Set<_IMsg>.FromCollection(_messages.Except(removed));

    /// <inheritdoc/>
    public bool Contains<G>(G t) => t is _IMsg message && _messages.Contains(message);

    /// <inheritdoc/>
    public bool EqualsAux(Dafny.ISet<object> other) => Copy().EqualsAux(other);

    /// <inheritdoc/>
    public Dafny.ISet<U> DowncastClone<U>(Func<_IMsg, U> converter) => Copy().DowncastClone(converter);

    private Dafny.Set<_IMsg> Copy() => (Dafny.Set<_IMsg>)Dafny.Set<_IMsg>.FromCollection(_messages);
}
