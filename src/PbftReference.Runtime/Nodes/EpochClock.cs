using PbftReference.Host.Events;

namespace PbftReference.Runtime.Nodes;

/// <summary>
/// The clock of a live node: counts from 1970, so that records of one log carry times that go on over restarts. The date is read once;
/// from then on durations are counted, and changes of the date do not touch them.
/// </summary>
public sealed class EpochClock : IClock
{
    private readonly SystemClock _clock = new();
    private readonly TimeSpan _start = DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch;

    /// <inheritdoc/>
    public TimeSpan Now => _start + _clock.Now;

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => _clock.UtcNow;

    /// <inheritdoc/>
    public IDisposable Schedule(TimeSpan delay, Action alarm) => _clock.Schedule(delay, alarm);
}
