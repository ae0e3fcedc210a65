using PbftReference.Host.Events;
using Xunit;

namespace PbftReference.Tests.Host.Events;

public sealed class EventChainTests : IEventReceiver
{
    private readonly List<HostEvent> _events = [];

    [Fact]
    public void The_receiver_is_called_once_when_nothing_follows()
    {
        EventChain.SendEvent(this, new Countdown(0));
        Assert.Equal([new Countdown(0)], _events);
    }

    [Fact]
    public void Each_result_is_fed_back_until_there_is_none()
    {
        EventChain.SendEvent(this, new Countdown(3));
        Assert.Equal([new Countdown(3), new Countdown(2), new Countdown(1), new Countdown(0)], _events);
    }

    [Fact]
    public void A_long_chain_does_not_use_up_the_stack()
    {
        EventChain.SendEvent(this, new Countdown(200_000));
        Assert.Equal(200_001, _events.Count);
    }

    [Fact]
    public void A_chain_needs_a_receiver_and_an_event()
    {
        Assert.Throws<ArgumentNullException>(() => EventChain.SendEvent(null!, new Countdown(0)));
        Assert.Throws<ArgumentNullException>(() => EventChain.SendEvent(this, null!));
        Assert.Empty(_events);
    }

    HostEvent? IEventReceiver.ProcessEvent(HostEvent hostEvent)
    {
        _events.Add(hostEvent);
        return hostEvent is Countdown { Left: > 0 } countdown ? new Countdown(countdown.Left - 1) : null;
    }

    private sealed record Countdown(int Left) : HostEvent;
}
