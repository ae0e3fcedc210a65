using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// Says in the specification's words what Core's messages, certificates and states say, and tells the model what the digests in them
/// stand for. A digest is computed from the content where the content is there, never looked up.
/// </summary>
public sealed class SpecTranslation
{
    private readonly ConditionalWeakTable<object, object> _pages = [];
    private readonly Dictionary<int, SpecNewView> _newViews = [];
    private readonly ClusterConfiguration _configuration;
    private (object? Clients, int Service, long N, int Digest) _lastState = (null, 0, 0, 0);

    /// <summary>A cluster's.</summary>
    public SpecTranslation(ClusterConfiguration configuration)
        : this(configuration, new Numbering(), null)
    {
    }

    /// <summary>A cluster's whose digests are not computed as here.</summary>
    /// <param name="configuration">What the cluster agreed on.</param>
    /// <param name="numbers">The numbers of its digests.</param>
    /// <param name="stateDigest">The number of a state's digest; null for the digests of this project.</param>
    internal SpecTranslation(ClusterConfiguration configuration, Numbering numbers, Func<long, SpecState, int>? stateDigest)
    {
        (_configuration, Numbers) = (configuration, numbers);
        var shape = new SpecShape(
            configuration.Replicas, configuration.Faults, configuration.CheckpointPeriod, configuration.LogWindow, configuration.ClientWindow);
        Model = new SpecModel(shape, Numbers.Of(configuration.InitialServiceDigest), stateDigest ?? StateDigest);
    }

    /// <summary>What replicas recorded differently, over all readings.</summary>
    internal Disagreements Disagreements { get; init; } = new();

    /// <summary>The numbers of digests and results.</summary>
    public Numbering Numbers { get; }

    /// <summary>The specification's parameters.</summary>
    public SpecModel Model { get; }

    /// <summary>What the cluster agreed on.</summary>
    public ClusterConfiguration Configuration => _configuration;

    /// <summary>A digest's number.</summary>
    public int Number(Digest digest) => Numbers.Of(digest);

    /// <summary>A request, which the model knows from now on.</summary>
    public int Define(Request request)
    {
        var number = Numbers.Of(request.StatementDigest);
        Model.DefineRequest(number, request.Client.Value, request.Timestamp.Value);
        return number;
    }

    /// <summary>A batch, which the model knows from now on; its digest is computed from its requests.</summary>
    public int Define(Batch batch)
    {
        var number = Numbers.Of(batch.Digest);
        if (!Model.Knows(number)) Model.DefineBatch(number, batch.Requests.Select(request => Define(request.Statement)));
        return number;
    }

    /// <summary>A prepared certificate.</summary>
    public SpecPrepared Of(PreparedCertificate c) =>
        new(c.View.Value, c.SequenceNumber.Value, Number(c.BatchDigest), Number(c.NewView), Voters(c.Votes));

    /// <summary>A commit certificate.</summary>
    public SpecCommitted Of(CommitCertificate c) => new(c.View.Value, c.SequenceNumber.Value, Number(c.BatchDigest), Voters(c.Votes));

    /// <summary>A checkpoint certificate.</summary>
    public SpecCheckpoint Of(CheckpointCertificate c) => new(c.SequenceNumber.Value, Number(c.StateDigest), Voters(c.Votes));

    /// <summary>A view-change.</summary>
    public SpecViewChange Of(ViewChange m) => new(m.NewView.Value, Of(m.Stable), m.Prepared.Select(Of), m.Replica.Value);

    /// <summary>A new-view's content, which the model knows from now on by its digest.</summary>
    public SpecNewView Of(NewView m)
    {
        var number = Number(m.StatementDigest);
        if (_newViews.TryGetValue(number, out var known)) return known;
        var carried = m.Carried.Select(place => KeyValuePair.Create(place.SequenceNumber.Value, Number(place.BatchDigest)));
        var newView = new SpecNewView(m.View.Value, m.ViewChanges.Select(vc => Of(vc.Statement)), carried);
        Model.DefineNewView(newView, number);
        _newViews.Add(number, newView);
        return newView;
    }

    /// <summary>A replicated state.</summary>
    public SpecState Of(ClientTable clients, Digest service) =>
        new(Number(service), clients.Entries.Select(entry => KeyValuePair.Create(entry.Key.Value, Of(entry.Value))));

    /// <summary>Forgets what nothing speaks of any more.</summary>
    /// <param name="numbers">What is spoken of, apart from the model.</param>
    /// <param name="floor">The place up to which nobody votes or executes any more.</param>
    public void Keep(SpecNumbers numbers, long floor)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        Model.AddTo(numbers, floor);
        Model.Keep(numbers, floor);
        Numbers.Keep(numbers);
        _newViews.Clear();
        _lastState = default;
    }

    private SpecClient Of(ClientEntry entry)
    {
        var above = Enumerable.Range(0, 64).Where(i => ((entry.Executed >> i) & 1) == 1).Select(i => entry.Base.Value + 1 + i);
        var replies = entry.Replies.Select((reply, index) => (reply, index)).Where(pair => pair.reply is not null)
            .Select(pair => KeyValuePair.Create((long)pair.index, new SpecReply(pair.reply!.Timestamp.Value, Numbers.Of(pair.reply.Result))));
        return new SpecClient(entry.Base.Value, above, replies);
    }

    /// <summary>What Core would keep of a client that the specification has.</summary>
    public ClientEntry EntryOf(SpecClient client)
    {
        var executed = 0UL;
        foreach (var timestamp in client.Above) executed |= 1UL << (int)(timestamp - client.Base - 1);
        var replies = new CachedReply?[_configuration.ClientWindow];
        foreach (var (index, reply) in client.Replies)
        {
            replies[index] = new CachedReply(new Timestamp(reply.Timestamp), Numbers.PayloadOf(reply.Result));
        }

        return new ClientEntry(new Timestamp(client.Base), executed, [.. replies]);
    }

    /// <summary>The digest of the view-change that the specification's replica sends.</summary>
    public Digest DigestOf(SpecViewChange viewChange)
    {
        var stable = new CheckpointCertificate(
            new SequenceNumber(viewChange.Stable.SequenceNumber), Numbers.DigestOf(viewChange.Stable.Digest), Votes(viewChange.Stable.Signers));
        var prepared = viewChange.Prepared.Values.Select(c => new PreparedCertificate(
            new ViewNumber(c.View), new SequenceNumber(c.SequenceNumber), Numbers.DigestOf(c.Digest), Numbers.DigestOf(c.NewView), Votes(c.Voters)));
        return new ViewChange(new ViewNumber(viewChange.NewView), stable, [.. prepared], new ReplicaId(viewChange.From)).StatementDigest;
    }

    // A checkpoint's digest as Core computes it, over the specification's own state; a client's page is hashed once.
    private int StateDigest(long n, SpecState state)
    {
        if (ReferenceEquals(state.ClientsIdentity, _lastState.Clients) && state.Service == _lastState.Service && n == _lastState.N) return _lastState.Digest;
        var pages = state.Clients.Select(client => PageDigest(client.Key, client.Value)).ToArray();
        var digest = Number(StateDigests.Of(new SequenceNumber(n), pages, Numbers.DigestOf(state.Service)));
        _lastState = (state.ClientsIdentity, state.Service, n, digest);
        return digest;
    }

    /// <summary>The digest of a client's page as Core computes it, once for each entry.</summary>
    public Digest PageDigest(long client, SpecClient entry)
    {
        if (_pages.TryGetValue(entry.Identity, out var known)) return (Digest)known;
        var digest = EntryOf(entry).PageDigest(new ClientId(client));
        _pages.AddOrUpdate(entry.Identity, digest);
        return digest;
    }

    private static IEnumerable<int> Voters(ImmutableArray<Vote> votes)
    {
        foreach (var vote in votes) yield return vote.Replica.Value;
    }

    private static ImmutableArray<Vote> Votes(ImmutableArray<int> replicas) =>
        ImmutableArray.CreateRange(replicas, replica => new Vote(new ReplicaId(replica), Signature.Own));
}
