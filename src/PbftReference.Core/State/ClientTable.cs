using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;

namespace PbftReference.Core.State;

/// <summary>A reply kept for a client that asks again (paper section 4.1).</summary>
/// <param name="Timestamp">The request's timestamp.</param>
/// <param name="Result">Its result.</param>
public sealed record CachedReply(Timestamp Timestamp, ImmutableArray<byte> Result);

/// <summary>
/// What is known of one client: every timestamp up to <see cref="Base"/> is executed, and of the W above it those in the bitmap.
/// Executing a later request therefore never makes an earlier one too old (defect D17 of Fabric), whatever order requests come in.
/// </summary>
/// <param name="Base">All timestamps up to here are executed.</param>
/// <param name="Executed">Bit i: timestamp Base + 1 + i is executed; bit 0 is never set.</param>
/// <param name="Replies">The latest replies, at index timestamp mod W; null where there is none.</param>
public sealed record ClientEntry(Timestamp Base, ulong Executed, ImmutableArray<CachedReply?> Replies)
{
    private Digest? _digest;

    // a changed copy has another digest, so the remembered one stays behind
    private ClientEntry(ClientEntry original)
    {
        (Base, Executed, Replies) = (original.Base, original.Executed, original.Replies);
    }

    /// <summary>A client of whom nothing is executed.</summary>
    /// <param name="window">W.</param>
    public static ClientEntry New(int window) => new(new Timestamp(0), 0, ImmutableArray.Create(new CachedReply?[window]));

    /// <summary>Whether this timestamp is executed.</summary>
    public bool IsExecuted(Timestamp timestamp)
    {
        var offset = timestamp.Value - Base.Value - 1;
        return offset < 0 || (offset < 64 && ((Executed >> (int)offset) & 1) == 1);
    }

    /// <summary>Whether this timestamp may still be executed: above the base, within the window, and not executed.</summary>
    public bool Admits(Timestamp timestamp) =>
        timestamp.Value > Base.Value && timestamp.Value <= Base.Value + Replies.Length && !IsExecuted(timestamp);

    /// <summary>The reply to a timestamp if it is still kept.</summary>
    public CachedReply? ReplyTo(Timestamp timestamp)
    {
        if (timestamp.Value < 1) return null;
        var reply = Replies[(int)(timestamp.Value % Replies.Length)];
        return reply?.Timestamp == timestamp ? reply : null;
    }

    /// <summary>After executing a timestamp that it <see cref="Admits"/>; unchanged for any other.</summary>
    public ClientEntry With(Timestamp timestamp, ImmutableArray<byte> result)
    {
        var change = new Change(this);
        change.Add(timestamp, result);
        return change.ToEntry();
    }

    /// <summary>Several executions of one client's requests in one go, so that the replies are copied once.</summary>
    internal sealed class Change(ClientEntry entry)
    {
        private readonly ImmutableArray<CachedReply?>.Builder _replies = entry.Replies.ToBuilder();
        private ClientEntry _entry = entry;
        private bool _changed;

        /// <summary>Executes a timestamp that the entry admits by now; any other changes nothing.</summary>
        public void Add(Timestamp timestamp, ImmutableArray<byte> result)
        {
            if (!_entry.Admits(timestamp)) return;
            var executed = _entry.Executed | (1UL << (int)(timestamp.Value - _entry.Base.Value - 1));
            var slide = System.Numerics.BitOperations.TrailingZeroCount(~executed);
            _replies[(int)(timestamp.Value % _replies.Count)] = new CachedReply(timestamp, result);
            _changed = true;
            _entry = new ClientEntry(new Timestamp(_entry.Base.Value + slide), slide == 64 ? 0 : executed >> slide, _entry.Replies);
        }

        public ClientEntry ToEntry() => !_changed ? _entry : _entry with { Replies = _replies.MoveToImmutable() };
    }

    /// <summary>Digest of the client's page.</summary>
    public Digest PageDigest(ClientId client) => _digest ??= PageTree.PageDigest(Page(client));

    /// <summary>The client's page in a checkpoint.</summary>
    public byte[] Page(ClientId client)
    {
        var writer = new CanonicalWriter().Int64(client.Value).Int64(Base.Value).UInt64(Executed).Int32(Replies.Length);
        foreach (var reply in Replies)
        {
            writer.Bool(reply is not null);
            if (reply is not null) writer.Int64(reply.Timestamp.Value).Bytes(reply.Result.AsSpan());
        }

        return writer.ToArray();
    }

    /// <summary>Reads a client's page.</summary>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    public static (ClientId Client, ClientEntry Entry) FromPage(ReadOnlySpan<byte> page)
    {
        var reader = new CanonicalReader(page);
        var client = new ClientId(reader.Int64());
        var baseTimestamp = new Timestamp(reader.Int64());
        var executed = reader.UInt64();
        var replies = ImmutableArray.CreateBuilder<CachedReply?>(reader.Count(1));
        for (var i = replies.Capacity; i > 0; i--)
        {
            replies.Add(reader.Bool() ? new CachedReply(new Timestamp(reader.Int64()), ImmutableArray.Create(reader.Bytes())) : null);
        }

        reader.End();
        return (client, new ClientEntry(baseTimestamp, executed, replies.MoveToImmutable()));
    }
}

/// <summary>
/// What is executed of every client, and the replies that are kept. Part of the replicated state: it is in every checkpoint, so that
/// exactly-once survives state transfer.
/// </summary>
public sealed class ClientTable
{
    private readonly int _window;
    private readonly ImmutableSortedDictionary<ClientId, ClientEntry> _entries;

    /// <summary>Takes over entries.</summary>
    /// <param name="window">W, 1 to 64.</param>
    /// <param name="entries">The clients.</param>
    public ClientTable(int window, ImmutableSortedDictionary<ClientId, ClientEntry> entries)
    {
        _window = window;
        _entries = entries;
    }

    /// <summary>The clients, ascending.</summary>
    public ImmutableSortedDictionary<ClientId, ClientEntry> Entries => _entries;

    /// <summary>W.</summary>
    public int Window => _window;

    /// <summary>A table without clients.</summary>
    public static ClientTable Empty(int window) => new(window, ImmutableSortedDictionary<ClientId, ClientEntry>.Empty);

    /// <summary>What is known of a client.</summary>
    public ClientEntry Of(ClientId client) => _entries.TryGetValue(client, out var entry) ? entry : ClientEntry.New(_window);

    /// <summary>Whether a request is executed.</summary>
    public bool IsExecuted(RequestId id) => _entries.TryGetValue(id.Client, out var entry) && entry.IsExecuted(id.Timestamp);

    /// <summary>
    /// The requests of a batch that take effect: those not executed before, neither earlier in the log nor earlier in the batch, and
    /// within their client's window. Without this a faulty primary executes a request twice.
    /// </summary>
    public ImmutableArray<Request> Runnable(Batch batch)
    {
        var runnable = ImmutableArray.CreateBuilder<Request>(batch.Requests.Length);
        SortedSet<RequestId>? seen = null;
        foreach (var signed in batch.Requests)
        {
            var request = signed.Statement;
            var fresh = Of(request.Client).Admits(request.Timestamp) && (seen ??= []).Add(request.Id);
            if (!Guard.Holds(GuardName.ExecutedOnce, fresh)) continue;
            runnable.Add(request);
        }

        return runnable.ToImmutable();
    }

    /// <summary>After executing the runnable requests of a batch with these results.</summary>
    /// <exception cref="ArgumentException">The number of results differs.</exception>
    public ClientTable With(ImmutableArray<Request> executed, ImmutableArray<ImmutableArray<byte>> results)
    {
        if (executed.Length != results.Length)
        {
            throw new ArgumentException($"{executed.Length} requests were to be executed and {results.Length} results came");
        }

        var changes = new SortedDictionary<ClientId, ClientEntry.Change>();
        for (var i = 0; i < executed.Length; i++)
        {
            var client = executed[i].Client;
            if (!changes.TryGetValue(client, out var change)) changes.Add(client, change = new ClientEntry.Change(Of(client)));
            change.Add(executed[i].Timestamp, results[i]);
        }

        return new ClientTable(_window, _entries.SetItems(changes.Select(c => KeyValuePair.Create(c.Key, c.Value.ToEntry()))));
    }

    /// <summary>Digests of the clients' pages, ascending by client.</summary>
    public ImmutableArray<Digest> PageDigests()
    {
        var pages = ImmutableArray.CreateBuilder<Digest>(_entries.Count);
        foreach (var (client, entry) in _entries) pages.Add(entry.PageDigest(client));
        return pages.MoveToImmutable();
    }
}

/// <summary>The digest that a checkpoint signs for (paper section 4.3).</summary>
public static class StateDigests
{
    /// <summary>Digest of service state and client table after n.</summary>
    public static Digest Of(SequenceNumber n, ReadOnlySpan<Digest> clientPages, Digest serviceDigest) =>
        new CanonicalWriter().Text("state").Int64(n.Value).Digest(PageTree.Root(clientPages)).Digest(serviceDigest).ToDigest();

    /// <summary>Digest of the state before the first request.</summary>
    public static Digest Genesis(ClusterConfiguration configuration) =>
        Of(new SequenceNumber(0), [], configuration.InitialServiceDigest);
}
