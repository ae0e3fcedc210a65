using PbftReference.Host.Events;
using PbftReference.Runtime.Nodes;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>An event thread that hangs is told from one that is idle, busy, or frozen with its process.</summary>
public class EventThreadWatchTests
{
    private readonly VirtualClock _clock = new();
    private long _handled;
    private int _waiting;

    private EventThreadWatch Watch() => new(() => _handled, () => _waiting, _clock);

    [Fact]
    public void A_thread_that_handles_nothing_while_events_wait_hangs()
    {
        var watch = Watch();
        _waiting = 1;

        Assert.Equal([true, true, true, true, true, false, false], Looks(watch, 7, TimeSpan.FromSeconds(2)));

        _handled++;
        Assert.True(watch.Progresses());
    }

    [Fact]
    public void An_idle_thread_does_not_hang() => Assert.DoesNotContain(false, Looks(Watch(), 20, TimeSpan.FromSeconds(2)));

    [Fact]
    public void A_busy_thread_does_not_hang()
    {
        var watch = Watch();
        _waiting = 1000;

        for (var i = 0; i < 20; i++)
        {
            _handled++;
            Assert.Equal([true], Looks(watch, 1, TimeSpan.FromSeconds(9)));
        }
    }

    [Fact]
    public void A_process_that_stood_still_as_a_whole_is_not_taken_for_one_that_hangs()
    {
        var watch = Watch();
        _waiting = 1;

        Assert.Equal([true, true], Looks(watch, 2, TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task A_manager_counts_what_it_is_done_with()
    {
        var manager = new EventManager(_ => { });
        manager.Start();
        var done = new TaskCompletionSource();
        manager.SetReceiver(new Last(done));

        for (var i = 0; i < 10; i++) manager.Queue.Send(new Tick());
        await done.Task;
        manager.Halt();
        await manager.Completion;

        Assert.Equal(10, manager.Handled);
    }

    private List<bool> Looks(EventThreadWatch watch, int count, TimeSpan between)
    {
        var seen = new List<bool>();
        for (var i = 0; i < count; i++)
        {
            if (i > 0) _clock.Advance(between);
            seen.Add(watch.Progresses());
        }

        return seen;
    }

    private sealed record Tick : HostEvent;

    private sealed class Last(TaskCompletionSource done) : IEventReceiver
    {
        private int _count;

        public HostEvent? ProcessEvent(HostEvent hostEvent)
        {
            if (++_count == 10) done.SetResult();
            return null;
        }
    }
}
