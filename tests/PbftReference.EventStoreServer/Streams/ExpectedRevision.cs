namespace PbftReference.TestServer.Streams;

/// <summary>What a writer expects of a stream.</summary>
internal enum Expectation
{
    /// <summary>The request names none, which is an error.</summary>
    Unnamed,

    /// <summary>The last revision is exactly the one named.</summary>
    Revision,

    /// <summary>The stream has no event.</summary>
    NoStream,

    /// <summary>Nothing.</summary>
    Any,

    /// <summary>The stream has an event.</summary>
    StreamExists,
}

/// <summary>An expectation and, for <see cref="Expectation.Revision"/>, the revision.</summary>
internal readonly record struct ExpectedRevision(Expectation Kind, ulong Revision = 0)
{
    /// <summary>The number that stands for it in error keys: the revision, -1, -2 or -4.</summary>
    public long Signed => Kind switch
    {
        Expectation.NoStream => -1,
        Expectation.Any => -2,
        Expectation.StreamExists => -4,
        Expectation.Unnamed => throw new InvalidOperationException("no expectation was named"),
        Expectation.Revision => unchecked((long)Revision),
    };
}
