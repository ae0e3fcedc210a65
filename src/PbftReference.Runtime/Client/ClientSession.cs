using System.Threading.Channels;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft.Signing;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host;
using PbftReference.Host.Signing;
using PbftReference.Runtime.Transport;

namespace PbftReference.Runtime.Client;

/// <summary>A result that a client accepted.</summary>
/// <param name="Timestamp">The request's timestamp.</param>
/// <param name="Operation">What was asked.</param>
/// <param name="Result">What f+1 replicas answered.</param>
public sealed record ClientResult(Timestamp Timestamp, ReadOnlyMemory<byte> Operation, ReadOnlyMemory<byte> Result);

/// <summary>What a client session is made of.</summary>
/// <param name="Genesis">The cluster.</param>
/// <param name="Client">The client.</param>
/// <param name="Keys">Signs as the client.</param>
/// <param name="Verifier">Checks replicas' signatures; clients of one process share it, because replicas answer many of them under one signature.</param>
/// <param name="Link">The way to the replicas.</param>
/// <param name="Journal">Kept beyond a restart; null for a client whose identity is not used again.</param>
/// <param name="Outstanding">Most requests under way; 1 to <see cref="ClientSession.MostOutstanding"/>.</param>
/// <param name="Retransmission">How long a request waits for its result before it is sent to all replicas.</param>
public sealed record ClientSessionParts(
    Genesis Genesis, ClientId Client, ISecurityUtils Keys, ISignatureVerifier Verifier, IClientLink Link, ClientJournal? Journal, int Outstanding, TimeSpan Retransmission);

/// <summary>
/// A client (paper section 4.1): sends each request to the primary that it believes in, and to all replicas when no result comes;
/// accepts a result on f+1 equal replies of different replicas. What is asked for in one go is signed in one go.
/// </summary>
public sealed class ClientSession : IAsyncDisposable
{
    private readonly ClientSessionParts _parts;
    private readonly GroupSigner _signer;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<Timestamp, UnderWay> _underWay = [];
    private readonly Channel<Asked> _asked;
    private readonly SemaphoreSlim _room = new(0);
    private readonly CancellationTokenSource _halt = new();
    private readonly List<Timestamp> _accepted = [];
    private readonly Task _sending;
    private readonly Task _resending;
    private Timestamp _next = new(1);
    private ViewNumber _view;

    private readonly record struct Asked(ReadOnlyMemory<byte> Operation, TaskCompletionSource<ClientResult> Answer);

    private sealed class UnderWay(Request request, byte[] frame, TaskCompletionSource<ClientResult> answer, int replicas)
    {
        public Request Request { get; } = request;

        public byte[] Frame { get; } = frame;

        public TaskCompletionSource<ClientResult> Answer { get; } = answer;

        public Reply?[] Replies { get; } = new Reply?[replicas];

        public long SentAt { get; set; } = Environment.TickCount64;
    }

    /// <summary>Starts a session; what its journal holds unanswered is sent again first.</summary>
    public ClientSession(ClientSessionParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentOutOfRangeException.ThrowIfLessThan(parts.Outstanding, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts.Outstanding, MostOutstanding(parts.Genesis.Configuration));
        _parts = parts;
        _signer = new GroupSigner(parts.Keys, parts.Genesis.Digest, default);
        _asked = Channel.CreateBounded<Asked>(parts.Outstanding);
        Left = Resume();
        _sending = Task.Run(SendAsked);
        _resending = Task.Run(Resend);
    }

    /// <summary>
    /// How many requests a client may have under way: half the client window. The other half is for a primary that has not executed yet
    /// what f+1 faster replicas have answered; without it, the primary refuses as too far ahead what the client may already ask.
    /// </summary>
    public static int MostOutstanding(ClusterConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Math.Max(1, configuration.ClientWindow / 2);
    }

    /// <summary>The largest operation in bytes: what fits into a client's frame.</summary>
    public static int LargestOperation { get; } = new TransportLimits().ClientFrame - 4096;

    /// <summary>The client.</summary>
    public ClientId Client => _parts.Client;

    /// <summary>The results of what an earlier session of this client had left unanswered.</summary>
    public IReadOnlyList<Task<ClientResult>> Left { get; }

    /// <summary>How often a request was sent again.</summary>
    public long Retransmissions => Interlocked.Read(ref _retransmissions);

    private long _retransmissions;

    /// <summary>Asks for an operation; waits while as many as allowed are under way.</summary>
    /// <returns>The result, once f+1 replicas gave it.</returns>
    /// <exception cref="ArgumentException">The operation is larger than <see cref="LargestOperation"/>; nothing of it was sent.</exception>
    /// <exception cref="EventLog.Stores.EventStoreException">The journal cannot be written; what could not be noted was not sent.</exception>
    /// <exception cref="OperationCanceledException">The session was closed, or the caller gave up; the operation may be executed all the same.</exception>
    public async Task<ClientResult> Submit(ReadOnlyMemory<byte> operation, CancellationToken cancellation = default)
    {
        if (operation.Length > LargestOperation) throw new ArgumentException($"an operation of {operation.Length} bytes is larger than {LargestOperation}, which a replica takes at most");
        var answer = new TaskCompletionSource<ClientResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _asked.Writer.WriteAsync(new Asked(operation, answer), cancellation).ConfigureAwait(false);
        return await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>A frame came from a replica; may be called from any thread. What is not a genuine reply to something under way is dropped.</summary>
    public void Receive(ReadOnlySpan<byte> frame)
    {
        Message message;
        Signature signature;
        try
        {
            (message, signature) = WireFormat.Decode(frame);
        }
        catch (InvalidDataException)
        {
            return;
        }

        if (message is not Reply reply || reply.Client != Client || !_parts.Genesis.Configuration.IsMember(reply.Replica)) return;
        if (Find(reply.Timestamp) is null || !_parts.Verifier.IsSignedBy(reply.Replica, Statements.DigestOf(reply), signature)) return;
        Take(reply);
    }

    private UnderWay? Find(Timestamp timestamp)
    {
        lock (_gate) return _underWay.GetValueOrDefault(timestamp);
    }

    private void Take(Reply reply)
    {
        UnderWay? one;
        lock (_gate)
        {
            if (!_underWay.TryGetValue(reply.Timestamp, out one)) return;
            one.Replies[reply.Replica.Value] = reply;
            if (one.Replies.Count(other => other is not null && other.Result.AsSpan().SequenceEqual(reply.Result.AsSpan())) < _parts.Genesis.Configuration.WeakQuorum) return;
            _underWay.Remove(reply.Timestamp);
            _accepted.Add(reply.Timestamp);
            if (reply.View > _view) _view = reply.View;
        }

        one.Answer.TrySetResult(new ClientResult(reply.Timestamp, one.Request.Operation.AsMemory(), reply.Result.AsMemory()));
        _room.Release();
    }

    private Task<ClientResult>[] Resume()
    {
        if (_parts.Journal is not { } journal) return [];
        _next = journal.Next;
        return [.. Send([.. journal.Pending.Select(left => (left, new TaskCompletionSource<ClientResult>(TaskCreationOptions.RunContinuationsAsynchronously)))])];
    }

    private async Task SendAsked()
    {
        try
        {
            while (await _asked.Reader.WaitToReadAsync(_halt.Token).ConfigureAwait(false))
            {
                var next = new List<(JournaledRequest Request, TaskCompletionSource<ClientResult> Answer)>();
                while (MayAsk(next.Count) && _asked.Reader.TryRead(out var asked))
                {
                    next.Add((new JournaledRequest(_next, asked.Operation), asked.Answer));
                    _next = _next.Next;
                }

                if (next.Count == 0) await _room.WaitAsync(_halt.Token).ConfigureAwait(false);
                else Ask(next);
            }
        }
        catch (OperationCanceledException)
        {
            // closed
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>Within the number under way that is allowed, and within the window above the oldest unanswered one.</summary>
    private bool MayAsk(int more)
    {
        lock (_gate)
        {
            if (_underWay.Count + more >= _parts.Outstanding) return false;
            var oldest = _underWay.Count == 0 ? new Timestamp(_next.Value - more) : _underWay.First().Key;
            return _next.Value < oldest.Value + _parts.Genesis.Configuration.ClientWindow - MostOutstanding(_parts.Genesis.Configuration) + 1;
        }
    }

    private void Ask(List<(JournaledRequest Request, TaskCompletionSource<ClientResult> Answer)> next)
    {
        try
        {
            NoteAccepted();
            _parts.Journal?.NoteSent([.. next.Select(one => one.Request)]);
            Send(next);
        }
        catch (Exception e)
        {
            foreach (var (_, answer) in next) answer.TrySetException(e);
            throw;
        }
    }

    private void NoteAccepted()
    {
        Timestamp[] accepted;
        lock (_gate)
        {
            accepted = [.. _accepted];
            _accepted.Clear();
        }

        _parts.Journal?.NoteAccepted(accepted);
    }

    private IEnumerable<Task<ClientResult>> Send(List<(JournaledRequest Request, TaskCompletionSource<ClientResult> Answer)> next)
    {
        var requests = next.ConvertAll(one => new Request(Client, one.Request.Timestamp, [.. one.Request.Operation.Span]));
        _signer.Open();
        foreach (var request in requests) _signer.Sign(request.StatementDigest, -1, Digest.None);
        _signer.Close();
        var underWay = requests.Select((request, i) => new UnderWay(
            request, WireFormat.Encode(request, _signer.Sign(request.StatementDigest, -1, Digest.None)), next[i].Answer, _parts.Genesis.Configuration.Replicas)).ToList();
        ReplicaId primary;
        lock (_gate)
        {
            foreach (var one in underWay) _underWay[one.Request.Timestamp] = one;
            primary = _parts.Genesis.Configuration.PrimaryOf(_view);
        }

        foreach (var one in underWay) _parts.Link.TrySend(primary, one.Frame);
        return next.Select(one => one.Answer.Task);
    }

    private async Task Resend()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(Math.Max(10, _parts.Retransmission.TotalMilliseconds / 4)));
        try
        {
            while (await timer.WaitForNextTickAsync(_halt.Token).ConfigureAwait(false))
            {
                foreach (var one in Overdue())
                {
                    Interlocked.Increment(ref _retransmissions);
                    for (var i = 0; i < _parts.Genesis.Configuration.Replicas; i++) _parts.Link.TrySend(new ReplicaId(i), one.Frame);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // closed
        }
    }

    private List<UnderWay> Overdue()
    {
        var now = Environment.TickCount64;
        lock (_gate)
        {
            var overdue = _underWay.Values.Where(one => now - one.SentAt >= _parts.Retransmission.TotalMilliseconds).ToList();
            foreach (var one in overdue) one.SentAt = now;
            return overdue;
        }
    }

    private void Fail(Exception e)
    {
        _asked.Writer.TryComplete(e);
        while (_asked.Reader.TryRead(out var asked)) asked.Answer.TrySetException(e);
        lock (_gate)
        {
            foreach (var one in _underWay.Values) one.Answer.TrySetException(e);
            _underWay.Clear();
        }
    }

    /// <summary>Closes: what is unanswered stays in the journal, and its callers are told that it was cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_halt.IsCancellationRequested) return;
        await _halt.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_sending, _resending).ConfigureAwait(false);
        Fail(new OperationCanceledException("the client was closed before the result came"));
        NoteAccepted();
        _parts.Journal?.Dispose();
        _halt.Dispose();
    }
}
