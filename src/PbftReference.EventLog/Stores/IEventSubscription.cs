using System.Diagnostics.CodeAnalysis;

namespace PbftReference.EventLog.Stores;

/// <summary>The events of one stream in order, as they become durable. For one consumer at a time.</summary>
public interface IEventSubscription : IDisposable
{
    /// <summary>Takes the next event if there is one; never waits.</summary>
    bool TryNext([NotNullWhen(true)] out StoredEvent? next);

    /// <summary>Takes the next event, waiting for it if need be.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; no event is lost.</exception>
    /// <exception cref="ObjectDisposedException">The subscription or its store was closed, before or during the wait.</exception>
    StoredEvent Next(CancellationToken cancellation);
}
