using System.Globalization;
using System.Text;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Clients;

/// <summary>
/// A client that misbehaves, under its own key: timestamps of zero, below zero and beyond its window, two operations under one
/// timestamp for different replicas, gaps, old requests again, and requests in the name of others. It can harm nobody but itself
/// (paper section 4.1). It stops when the network heals.
/// </summary>
public sealed class LyingClient
{
    /// <summary>The name under which its acts are counted.</summary>
    public const string BehaviourName = "lying client";

    private const long LongestPause = 120;

    private readonly ClientId _id;
    private readonly ClientSurroundings _world;
    private readonly int _window;
    private long _next = 1;
    private bool _stopped;

    /// <summary>A client that has done nothing yet.</summary>
    public LyingClient(ClientId id, ClientSurroundings world)
    {
        (_id, _world) = (id, world);
        _window = world.Options.Configuration.ClientWindow;
    }

    /// <summary>How often it departed from the protocol.</summary>
    public long Acts { get; private set; }

    /// <summary>Begins.</summary>
    public void Start() => Pause();

    /// <summary>Lies no more.</summary>
    public void Stop() => _stopped = true;

    private void Pause() => _world.Clock.Schedule(TimeSpan.FromMilliseconds(_world.Random.Between(1, LongestPause)), Lie);

    private void Lie()
    {
        if (_stopped) return;
        Acts++;
        switch (_world.Random.Below(7))
        {
            case 0: Multicast(Signed(0, "zero")); break;
            case 1: Multicast(Signed(-_world.Random.Between(1, long.MaxValue), "below zero")); break;
            case 2: Multicast(Signed(_next + _window + _world.Random.Between(1, long.MaxValue / 2), "ahead")); break;
            case 3: Multicast(Signed(_world.Random.Between(1, _next), "again")); break;
            case 4: SayTwoThings(); break;
            case 5: Multicast(InTheNameOfAnother()); break;
            default: Ask(); break;
        }

        Pause();
    }

    /// <summary>A request as it should be, but for the gap that may be before it.</summary>
    private void Ask()
    {
        if (_world.Random.Chance(200_000)) _next++;
        Multicast(Signed(_next++, "op"));
    }

    private void SayTwoThings()
    {
        var timestamp = _next++;
        var (one, other) = (Signed(timestamp, "one"), Signed(timestamp, "another"));
        for (var i = 0; i < _world.Options.Configuration.Replicas; i++) Send(i, _world.Random.Chance(500_000) ? one : other);
    }

    private byte[] InTheNameOfAnother()
    {
        var request = new Request(new ClientId(_world.Random.Below(_world.Options.Clients)), new Timestamp(_next), Operation(_next, "forged"));
        return WireFormat.Encode(request, _world.Keys.SignAs(_id, Statements.DigestOf(request)));
    }

    private byte[] Signed(long timestamp, string what)
    {
        var request = new Request(_id, new Timestamp(timestamp), Operation(timestamp, what));
        return WireFormat.Encode(request, _world.Keys.SignAs(_id, Statements.DigestOf(request)));
    }

    private static System.Collections.Immutable.ImmutableArray<byte> Operation(long timestamp, string what) =>
        [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"put lie {what} {timestamp}"))];

    private void Multicast(byte[] frame)
    {
        for (var i = 0; i < _world.Options.Configuration.Replicas; i++) Send(i, frame);
    }

    private void Send(int replica, byte[] frame) => _world.Network.Send(_id, new ReplicaId(replica), frame);
}
