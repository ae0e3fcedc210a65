using System.Security.Cryptography.X509Certificates;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft.Signing;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Keys;
using PbftReference.Runtime.Membership;
using PbftReference.Runtime.Transport;

namespace PbftReference.Runtime.Client;

/// <summary>
/// One of a cluster's clients, taken for the time of its use: its key, its journal, its connections, its session. Two processes never
/// have the same one.
/// </summary>
public sealed class ClientSeat : IAsyncDisposable
{
    private readonly FileStream _lock;
    // all that is sent in one go is noted in one go; it stays in this file
    private static readonly SqliteStoreOptions JournalOptions = new() { Durability = SqliteDurability.Process, Limits = new AppendLimits(MaxBytes: 512 << 20, MaxEvents: 100_000) };

    private readonly X509Certificate2 _certificate;
    private readonly PeerKeys _keys;
    private readonly ClientNetwork _network;

    private ClientSeat(ClusterDirectory cluster, ClusterMembers members, ClientMember member, FileStream taken, ClientSeatOptions options, SharedVerifier verifier)
    {
        _lock = taken;
        var directory = cluster.OfClient(member.Id);
        _certificate = KeyFiles.Read(Path.Combine(directory, KeyFiles.CertificateFile), Path.Combine(directory, KeyFiles.KeyFile));
        _keys = new PeerKeys(_certificate, members);
        _network = new ClientNetwork(new Identity(PeerId.Of(member.Id), _certificate, members), members, new TransportLimits(), options.Observer);
        var store = new SqliteEventStore(Path.Combine(directory, JournalFile), JournalOptions);
        var outstanding = Math.Min(options.Outstanding, ClientSession.MostOutstanding(members.Configuration));
        Session = new ClientSession(new ClientSessionParts(
            members.Genesis, member.Id, _keys, verifier.Of(_keys, members), _network, new ClientJournal(store, members.Cluster, member.Id), outstanding, options.Retransmission));
        _network.SetReceiver((frame, _) =>
        {
            Session.Receive(frame.Span);
            return default;
        });
    }

    /// <summary>The session.</summary>
    public ClientSession Session { get; }

    /// <summary>Replicas that it can send to now.</summary>
    public int Connected => _network.Connected;

    /// <summary>Sends a frame past the session: whatever it is.</summary>
    /// <returns>False if it was dropped.</returns>
    public bool TrySend(ReplicaId to, ReadOnlyMemory<byte> frame) => _network.TrySend(to, frame);

    /// <summary>Takes some of a cluster's clients, the first that nobody else has.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="count">How many; at least 1.</param>
    /// <param name="options">How they work.</param>
    /// <exception cref="IOException">There are not so many that are free.</exception>
    /// <exception cref="KeyException">A client's key cannot be used.</exception>
    public static async Task<IReadOnlyList<ClientSeat>> Take(ClusterDirectory cluster, int count, ClientSeatOptions options)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var members = cluster.Members();
        var seats = new List<ClientSeat>();
        var verifier = new SharedVerifier();
        try
        {
            var lost = new List<ClientMember>();
            foreach (var member in members.Clients)
            {
                if (seats.Count == count) break;
                var wasUsed = File.Exists(Path.Combine(cluster.OfClient(member.Id), LockFile));
                if (TryLock(cluster.OfClient(member.Id)) is not { } taken) continue;
                if (wasUsed && HasLostJournal(cluster.OfClient(member.Id)))
                {
                    lost.Add(member);
                    await taken.DisposeAsync().ConfigureAwait(false);
                    continue;
                }

                seats.Add(new ClientSeat(cluster, members, member, taken, options, verifier));
            }

            if (seats.Count < count) throw new IOException($"{count} clients are wanted, and of the {members.Clients.Length} of cluster {members.Cluster} {seats.Count} are free: take fewer, or wait until others are done{Lost(lost)}");
            return seats;
        }
        catch
        {
            foreach (var seat in seats) await seat.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Without its journal a client does not know which timestamps it used: it would begin at the first again, and wait for ever.
    private static bool HasLostJournal(string directory)
    {
        var path = Path.Combine(directory, JournalFile);
        if (new FileInfo(path) is not { Exists: true, Length: > 0 }) return true;
        try
        {
            using var journal = new SqliteEventStore(path, JournalOptions);
            return false;
        }
        catch (EventStoreException e) when (e.Failure is EventStoreFailure.NotAStore or EventStoreFailure.Damaged)
        {
            return true;
        }
    }

    private static string Lost(List<ClientMember> lost) => lost.Count == 0
        ? ""
        : $". Left out, since their {JournalFile} is gone or damaged though they were used: {string.Join(", ", lost.Select(member => $"client-{member.Id}"))}; put it back, or, if one never sent anything, remove its file '{LockFile}'";

    private const string LockFile = "lock";
    private const string JournalFile = "journal.db";
    private const int LockedOnLinux = 11;
    private const int LockedOnWindows = 32;
    private const int LockedOnMac = 35;

    private static FileStream? TryLock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when ((e.HResult & 0xFFFF) is LockedOnLinux or LockedOnMac or LockedOnWindows)
        {
            return null;
        }
    }

    /// <summary>The public keys are the same for all seats, so the first seat's serve them all.</summary>
    private sealed class SharedVerifier
    {
        private GroupVerifier? _verifier;

        public GroupVerifier Of(PeerKeys keys, ClusterMembers members) => _verifier ??= new GroupVerifier(keys, members.Genesis.Digest);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync().ConfigureAwait(false);
        await Session.DisposeAsync().ConfigureAwait(false);
        _keys.Dispose();
        _certificate.Dispose();
        await _lock.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>How clients work.</summary>
/// <param name="Outstanding">Most requests of one client under way; at most half the client window.</param>
/// <param name="Retransmission">How long a request waits before it is sent to all replicas.</param>
/// <param name="Observer">Sees the connections.</param>
public sealed record ClientSeatOptions(int Outstanding, TimeSpan Retransmission, ITransportObserver Observer);
