using PbftReference.Host.Events;

namespace PbftReference.Tests.Consensus;

/// <summary>The system's clock, and how many alarms are set on it.</summary>
internal sealed class CountingClock : IClock
{
    private readonly SystemClock _clock = new();
    private int _counting;

    public int Counting => Volatile.Read(ref _counting);

    public TimeSpan Now => _clock.Now;

    public DateTimeOffset UtcNow => _clock.UtcNow;

    public IDisposable Schedule(TimeSpan delay, Action alarm)
    {
        Interlocked.Increment(ref _counting);
        var over = 0;
        void end()
        {
            if (Interlocked.Exchange(ref over, 1) == 0) Interlocked.Decrement(ref _counting);
        }

        var timer = _clock.Schedule(delay, () =>
        {
            end();
            alarm();
        });
        return new Alarm(() =>
        {
            end();
            timer.Dispose();
        });
    }

    private sealed class Alarm(Action cancel) : IDisposable
    {
        public void Dispose() => cancel();
    }
}
