namespace EventStore.Client;

/// <summary>What a write expects of a stream when it expects no certain revision.</summary>
public readonly record struct StreamState
{
    /// <summary>It has no event, or is deleted and may be written to again.</summary>
    public static readonly StreamState NoStream = new(1);

    /// <summary>Nothing is expected.</summary>
    public static readonly StreamState Any = new(2);

    /// <summary>It has events.</summary>
    public static readonly StreamState StreamExists = new(4);

    private readonly int _value;

    private StreamState(int value) => _value = value;

    /// <summary>The signed form of the wire's error keys.</summary>
    /// <returns>-1 for <see cref="NoStream"/>, -2 for <see cref="Any"/>, -4 for <see cref="StreamExists"/>.</returns>
    public long ToInt64() => -_value;

    /// <summary>The name of the state.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _value switch
    {
        1 => nameof(NoStream),
        2 => nameof(Any),
        4 => nameof(StreamExists),
        _ => "0",
    };
}
