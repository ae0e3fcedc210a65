namespace PbftReference.EventLog.Stores;

/// <summary>
/// Appends that become durable together. Disposing a group that was not committed undoes it, as a crash before its commit does.
/// </summary>
public interface IAppendGroup : IDisposable
{
    /// <summary>Makes the group durable: when this returns, all of it is. Ends the group.</summary>
    /// <exception cref="InvalidOperationException">The group has ended.</exception>
    /// <exception cref="EventStoreException">
    /// The medium failed, now or at an append within the group: the group is undone. Append again with the same ids.
    /// </exception>
    void Commit();
}
