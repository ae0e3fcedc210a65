using System.Diagnostics.CodeAnalysis;
using PbftReference.EventLog.Stores;

namespace PbftReference.Tests.EventLog.Stores;

/// <summary>A part of a store of its own: every stream's name has a prefix that its user does not see.</summary>
internal sealed class PrefixedStore(IEventStore store, string prefix) : IEventStore
{
    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        AppendRules.CheckStreamName(stream);
        try
        {
            return store.Append(prefix + stream, expected, events);
        }
        catch (WrongExpectedRevisionException e)
        {
            throw new WrongExpectedRevisionException(stream, e.Expected, e.Actual, e);
        }
    }

    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue)
    {
        AppendRules.CheckStreamName(stream);
        return store.Read(prefix + stream, fromRevision, maxCount).Select(item => item with { Stream = stream });
    }

    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue)
    {
        AppendRules.CheckStreamName(stream);
        return store.ReadBackwards(prefix + stream, fromRevision, maxCount).Select(item => item with { Stream = stream });
    }

    public StreamTail? Tail(string stream)
    {
        AppendRules.CheckStreamName(stream);
        return store.Tail(prefix + stream);
    }

    public void Truncate(string stream, long beforeRevision)
    {
        AppendRules.CheckStreamName(stream);
        store.Truncate(prefix + stream, beforeRevision);
    }

    public IReadOnlyList<string> Streams() =>
        [.. store.Streams().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]).Order(StringComparer.Ordinal)];

    public IEventSubscription Subscribe(string stream, long afterRevision = -1)
    {
        AppendRules.CheckStreamName(stream);
        return new Subscription(store.Subscribe(prefix + stream, afterRevision), stream);
    }

    public IAppendGroup BeginGroup() => store.BeginGroup();

    public void Dispose() => store.Dispose();

    private sealed class Subscription(IEventSubscription inner, string stream) : IEventSubscription
    {
        public bool TryNext([NotNullWhen(true)] out StoredEvent? next)
        {
            if (!inner.TryNext(out next)) return false;
            next = next with { Stream = stream };
            return true;
        }

        public StoredEvent Next(CancellationToken cancellation) => inner.Next(cancellation) with { Stream = stream };

        public void Dispose() => inner.Dispose();
    }
}
