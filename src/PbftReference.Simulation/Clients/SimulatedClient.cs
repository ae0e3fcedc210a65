using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Events;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Clients;

/// <summary>An operation that a client holds for done: f+1 replicas gave the same result.</summary>
/// <param name="Client">The client.</param>
/// <param name="Timestamp">Its timestamp.</param>
/// <param name="Operation">What was asked.</param>
/// <param name="Result">What was answered.</param>
public sealed record Acceptance(ClientId Client, Timestamp Timestamp, ImmutableArray<byte> Operation, ImmutableArray<byte> Result);

/// <summary>
/// A client (paper section 4.1): sends each request to the primary it believes in, and to all replicas when no answer comes; believes a
/// result on f+1 equal replies. It has several requests under way at once, within its window.
/// </summary>
public sealed class SimulatedClient
{
    private const long RetransmitMilliseconds = 1000;

    private readonly ClientId _id;
    private readonly ClusterConfiguration _configuration;
    private readonly SimulationOptions _options;
    private readonly SimulatedKeys _keys;
    private readonly SimulatedNetwork _network;
    private readonly VirtualClock _clock;
    private readonly SeededRandom _random;
    private readonly Action<Acceptance> _accepted;
    private readonly Dictionary<Timestamp, UnderWay> _underWay = [];
    private readonly Func<long, byte[]?> _operation;
    private ViewNumber _view;
    private Timestamp _next = new(1);
    private Timestamp _oldest = new(1);
    private bool _exhausted;
    private int _pauses;

    private sealed class UnderWay(Request request, byte[] frame, int replicas)
    {
        public Request Request { get; } = request;

        public byte[] Frame { get; } = frame;

        /// <summary>The latest result of each replica, by its index; default where there is none.</summary>
        public ImmutableArray<byte>[] Results { get; } = new ImmutableArray<byte>[replicas];

        public IDisposable? Retransmission { get; set; }
    }

    /// <summary>A client that has done nothing yet.</summary>
    /// <param name="id">Its identity.</param>
    /// <param name="world">The simulation's options and parts.</param>
    /// <param name="operation">Its k-th operation, from 0; null when there are no more.</param>
    /// <param name="accepted">Told of every accepted result.</param>
    public SimulatedClient(
        ClientId id, ClientSurroundings world, Func<long, byte[]?> operation, Action<Acceptance> accepted)
    {
        (_id, _operation, _accepted) = (id, operation, accepted);
        (_options, _keys, _network, _clock, _random) = world;
        _configuration = _options.Configuration;
    }

    /// <summary>Whether all its operations are accepted.</summary>
    public bool IsDone => _exhausted && _underWay.Count == 0;

    /// <summary>How many results it accepted, before a restart of the cluster or after.</summary>
    public long Accepted { get; private set; }

    /// <summary>How often it sent a request again.</summary>
    public long Retransmissions { get; private set; }

    /// <summary>Begins, after a restart of the cluster with those up to a timestamp done before.</summary>
    public void Start(Timestamp done)
    {
        _oldest = _next = done.Next;
        Accepted = done.Value;
        Fill();
    }

    /// <summary>A frame came from a replica.</summary>
    public void Receive(byte[] frame)
    {
        var (message, signature) = WireFormat.Decode(frame);
        if (message is not Reply reply || reply.Client != _id || !_configuration.IsMember(reply.Replica)) return;
        if (!_underWay.TryGetValue(reply.Timestamp, out var underWay)) return;
        if (!_keys.IsSignedBy(reply.Replica, Statements.DigestOf(reply), signature)) return;
        underWay.Results[reply.Replica.Value] = reply.Result;
        var equal = 0;
        foreach (var result in underWay.Results)
        {
            if (!result.IsDefault && result.AsSpan().SequenceEqual(reply.Result.AsSpan())) equal++;
        }

        if (equal >= _configuration.WeakQuorum) Accept(underWay, reply);
    }

    private void Accept(UnderWay underWay, Reply reply)
    {
        underWay.Retransmission?.Dispose();
        _underWay.Remove(reply.Timestamp);
        if (reply.View > _view) _view = reply.View;
        Accepted++;
        _accepted(new Acceptance(_id, reply.Timestamp, underWay.Request.Operation, reply.Result));
        if (_options.ThinkTime == 0)
        {
            Fill();
            return;
        }

        _pauses++;
        _clock.Schedule(TimeSpan.FromMilliseconds(_random.Between(0, _options.ThinkTime)), () =>
        {
            _pauses--;
            Fill();
        });
    }

    /// <summary>Sends requests until as many as allowed are under way; the oldest unanswered one bounds the window.</summary>
    private void Fill()
    {
        while (!_exhausted && _underWay.Count + _pauses < _options.Outstanding && InWindow())
        {
            if (_operation(_next.Value - 1) is not { } operation)
            {
                _exhausted = true;
                return;
            }

            Send(operation);
        }
    }

    private bool InWindow()
    {
        while (_oldest < _next && !_underWay.ContainsKey(_oldest)) _oldest = _oldest.Next;
        return _next.Value < _oldest.Value + _configuration.ClientWindow;
    }

    private void Send(byte[] operation)
    {
        var request = new Request(_id, _next, [.. operation]);
        var frame = WireFormat.Encode(request, _keys.SignAs(_id, Statements.DigestOf(request)));
        var underWay = new UnderWay(request, frame, _configuration.Replicas);
        _underWay.Add(_next, underWay);
        _next = _next.Next;
        _network.Send(_id, _configuration.PrimaryOf(_view), frame);
        Arm(underWay);
    }

    private void Arm(UnderWay underWay) =>
        underWay.Retransmission = _clock.Schedule(TimeSpan.FromMilliseconds(RetransmitMilliseconds), () =>
        {
            Retransmissions++;
            for (var i = 0; i < _configuration.Replicas; i++) _network.Send(_id, new ReplicaId(i), underWay.Frame);
            Arm(underWay);
        });
}

/// <summary>What a client lives in.</summary>
/// <param name="Options">The simulation's options.</param>
/// <param name="Keys">Signatures.</param>
/// <param name="Network">The network.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Random">The client's chance.</param>
public sealed record ClientSurroundings(
    SimulationOptions Options, SimulatedKeys Keys, SimulatedNetwork Network, VirtualClock Clock, SeededRandom Random);
