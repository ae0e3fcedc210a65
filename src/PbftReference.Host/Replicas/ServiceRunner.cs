using System.Collections.Immutable;
using PbftReference.Core.Effects;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Snapshots;
using PbftReference.Host.Services;

namespace PbftReference.Host.Replicas;

/// <summary>A checkpoint as it is kept for others: client pages first, then service pages.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="StateDigest">Its digest.</param>
/// <param name="Service">The service's pages.</param>
/// <param name="Clients">The client table.</param>
public sealed record KeptCheckpoint(SequenceNumber SequenceNumber, Digest StateDigest, ServiceCheckpoint Service, ClientTable Clients)
{
    /// <summary>Number of client pages.</summary>
    public int ClientPageCount => Clients.Entries.Count;

    /// <summary>Number of all pages.</summary>
    public int PageCount => ClientPageCount + Service.PageCount;

    /// <summary>Size of all service pages.</summary>
    public long Bytes => Service.Pages.Sum(page => (long)page.Length);

    /// <summary>All pages, for a replica snapshot.</summary>
    public CheckpointPages ToPages() => new(
        SequenceNumber, StateDigest, [.. Clients.Entries.Select(e => (ReadOnlyMemory<byte>)e.Value.Page(e.Key))], Service.Pages);

    /// <summary>One page's bytes.</summary>
    public ImmutableArray<byte> Page(int index)
    {
        if (index >= ClientPageCount) return ImmutableArray.Create(Service.Page(index - ClientPageCount).Span);
        var (client, entry) = Clients.Entries.ElementAt(index);
        return ImmutableArray.Create(entry.Page(client));
    }
}

/// <summary>Told what a service did, on the thread that did it. A ledger of blocks keeps up with a service by it.</summary>
public interface IServiceJournal
{
    /// <summary>A batch was executed whole, as recovery does it.</summary>
    void Ran(Execute effect, ExecutionCompleted result);

    /// <summary>A checkpoint was kept.</summary>
    void Kept(SequenceNumber n, Digest stateDigest);

    /// <summary>The state of a checkpoint was taken over.</summary>
    /// <param name="n">The checkpoint's place.</param>
    /// <param name="stateDigest">The digest that is signed for.</param>
    /// <param name="serviceDigest">The digest of the service's part in it.</param>
    void Installed(SequenceNumber n, Digest stateDigest, Digest serviceDigest);
}

/// <summary>
/// The service of one replica with the checkpoints that it keeps and the state that it fetches: carries out the effects of Core that
/// concern them. Used alike by a live replica, by recovery and by replay. May be used by several threads: a live replica executes
/// batches on one and answers for checkpoints on another.
/// </summary>
public sealed class ServiceRunner
{
    private readonly Lock _gate = new();
    private readonly IServiceJournal? _journal;
    private readonly SortedDictionary<SequenceNumber, KeptCheckpoint> _checkpoints = [];
    private readonly SortedDictionary<ReplicaId, KeptCheckpoint> _asked = [];
    private ImmutableArray<Digest> _stagedDigests = [];
    private ReadOnlyMemory<byte>?[] _staged = [];
    private int _stagedClientPages;

    /// <summary>Runs a service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="clientWindow">W.</param>
    /// <param name="journal">Told what it does; null for nobody.</param>
    public ServiceRunner(IService service, int clientWindow, IServiceJournal? journal = null)
    {
        Service = service;
        ClientWindow = clientWindow;
        _journal = journal;
    }

    /// <summary>The service.</summary>
    public IService Service { get; }

    /// <summary>W.</summary>
    public int ClientWindow { get; }

    /// <summary>The checkpoints that are kept, ascending.</summary>
    public IReadOnlyCollection<KeptCheckpoint> Checkpoints
    {
        get
        {
            lock (_gate) return [.. _checkpoints.Values];
        }
    }

    /// <summary>The checkpoint kept at n; null if none is.</summary>
    public KeptCheckpoint? CheckpointAt(SequenceNumber n)
    {
        lock (_gate) return _checkpoints.GetValueOrDefault(n);
    }

    /// <summary>Executes a decided batch in one go.</summary>
    public ExecutionCompleted Run(Execute effect)
    {
        lock (_gate)
        {
            var results = RunRequests(effect.Requests);
            var completed = new ExecutionCompleted(effect.SequenceNumber, results, Service.Digest);
            _journal?.Ran(effect, completed);
            return completed;
        }
    }

    /// <summary>Executes requests in order; they may be part of a batch that is still open.</summary>
    /// <returns>The results, and the digest of the service's state after them.</returns>
    public (ImmutableArray<ImmutableArray<byte>> Results, Digest StateDigest) Run(ImmutableArray<Request> requests)
    {
        lock (_gate) return (RunRequests(requests), Service.Digest);
    }

    private ImmutableArray<ImmutableArray<byte>> RunRequests(ImmutableArray<Request> requests)
    {
        var results = ImmutableArray.CreateBuilder<ImmutableArray<byte>>(requests.Length);
        foreach (var request in requests)
        {
            var result = Service.Execute(request.Client, request.Timestamp, request.Operation.AsSpan());
            results.Add(System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(result));
        }

        return results.MoveToImmutable();
    }

    /// <summary>The state as it is now, to come back to it by <see cref="Restore"/>.</summary>
    public ServiceCheckpoint Capture()
    {
        lock (_gate) return Service.Capture();
    }

    /// <summary>Goes back to a captured state.</summary>
    public void Restore(ServiceCheckpoint captured)
    {
        ArgumentNullException.ThrowIfNull(captured);
        lock (_gate) Service.Install(captured.Pages);
    }

    /// <summary>Keeps the state as it is now.</summary>
    public void Keep(TakeCheckpoint effect)
    {
        lock (_gate) _checkpoints[effect.SequenceNumber] = new KeptCheckpoint(effect.SequenceNumber, effect.StateDigest, Service.Capture(), effect.Clients);
        _journal?.Kept(effect.SequenceNumber, effect.StateDigest);
    }

    /// <summary>Drops older checkpoints.</summary>
    public void Discard(DiscardCheckpoints effect)
    {
        lock (_gate)
        {
            foreach (var n in _checkpoints.Keys.Where(n => n < effect.Below).ToArray()) _checkpoints.Remove(n);
        }
    }

    /// <summary>
    /// What another replica asked for; null if it is not kept (any more), or a page of that index does not exist. A checkpoint that a replica
    /// asks for is kept for it until it asks for another: where checkpoints follow each other faster than pages travel, nobody could catch
    /// up otherwise.
    /// </summary>
    public ReplicaMessage? Answer(SendState effect, ReplicaId self)
    {
        if (CheckpointFor(effect) is not { } kept) return null;
        if (effect.Pages.IsEmpty) return new StateManifest(kept.SequenceNumber, kept.Clients.PageDigests(), kept.Service.PageDigests, self);
        if (effect.Pages.Any(index => index < 0 || index >= kept.PageCount)) return null;
        return new StatePages(kept.SequenceNumber, ImmutableArray.CreateRange(effect.Pages, i => new StatePage(i, kept.Page(i))), self);
    }

    private KeptCheckpoint? CheckpointFor(SendState effect)
    {
        lock (_gate)
        {
            if (_checkpoints.TryGetValue(effect.SequenceNumber, out var kept) && kept.StateDigest == effect.StateDigest) return _asked[effect.To] = kept;
            return _asked.TryGetValue(effect.To, out var asked) && asked.SequenceNumber == effect.SequenceNumber && asked.StateDigest == effect.StateDigest ? asked : null;
        }
    }

    /// <summary>
    /// Puts aside the pages of a manifest that are here already: in the present state, in a kept checkpoint, or, if the transfer goes on, among
    /// those that came for an earlier one.
    /// </summary>
    public StateStaged Stage(StageState effect)
    {
        lock (_gate)
        {
            var here = PagesHere();
            if (effect.GoesOn) AddStaged(here);
            _stagedDigests = [.. effect.ClientPages, .. effect.ServicePages];
            _stagedClientPages = effect.ClientPages.Length;
            _staged = new ReadOnlyMemory<byte>?[_stagedDigests.Length];
            var missing = ImmutableArray.CreateBuilder<int>();
            for (var i = 0; i < _staged.Length; i++)
            {
                if (here.TryGetValue(_stagedDigests[i], out var page)) _staged[i] = page;
                else missing.Add(i);
            }

            return new StateStaged(effect.SequenceNumber, missing.ToImmutable());
        }
    }

    private void AddStaged(Dictionary<Digest, ReadOnlyMemory<byte>> here)
    {
        for (var i = 0; i < _staged.Length; i++)
        {
            if (_staged[i] is { } page) here[_stagedDigests[i]] = page;
        }
    }

    private Dictionary<Digest, ReadOnlyMemory<byte>> PagesHere()
    {
        var here = new Dictionary<Digest, ReadOnlyMemory<byte>>();
        var present = Service.Capture();
        for (var i = 0; i < present.PageCount; i++) here[present.PageDigests[i]] = present.Page(i);
        foreach (var kept in _checkpoints.Values)
        {
            for (var i = 0; i < kept.ClientPageCount; i++)
            {
                var page = kept.Page(i);
                here[PageTree.PageDigest(page.AsSpan())] = page.AsMemory();
            }
        }

        return here;
    }

    /// <summary>Puts pages aside.</summary>
    public void Store(StorePages effect)
    {
        lock (_gate)
        {
            foreach (var page in effect.Pages)
            {
                if (page.Index >= 0 && page.Index < _staged.Length) _staged[page.Index] = page.Content.AsMemory();
            }
        }
    }

    /// <summary>Takes over the staged pages.</summary>
    /// <exception cref="InvalidDataException">A page is missing or not one that the service or the client table writes.</exception>
    public StateInstalled Install(InstallState effect)
    {
        lock (_gate)
        {
            var pages = new List<ReadOnlyMemory<byte>>();
            for (var i = 0; i < _staged.Length; i++)
            {
                pages.Add(_staged[i] ?? throw new InvalidDataException($"page {i} of checkpoint {effect.SequenceNumber} is to be installed and is missing"));
            }

            return Install(effect.SequenceNumber, effect.StateDigest, pages[.._stagedClientPages], pages[_stagedClientPages..]);
        }
    }

    /// <summary>Takes over a checkpoint's pages and keeps the checkpoint.</summary>
    /// <exception cref="InvalidDataException">A page is not one that the service or the client table writes.</exception>
    public StateInstalled Install(
        SequenceNumber n, Digest stateDigest, IReadOnlyList<ReadOnlyMemory<byte>> clientPages, IReadOnlyList<ReadOnlyMemory<byte>> servicePages)
    {
        var entries = ImmutableSortedDictionary.CreateBuilder<ClientId, ClientEntry>();
        foreach (var page in clientPages)
        {
            var (client, entry) = ClientEntry.FromPage(page.Span);
            entries.Add(client, entry);
        }

        var clients = new ClientTable(ClientWindow, entries.ToImmutable());
        lock (_gate)
        {
            Service.Install(servicePages);
            if (StateDigests.Of(n, clients.PageDigests().AsSpan(), Service.Digest) != stateDigest)
            {
                throw new InvalidDataException($"the pages of checkpoint {n} do not have the digest {stateDigest} that was signed for");
            }

            _checkpoints[n] = new KeptCheckpoint(n, stateDigest, Service.Capture(), clients);
            _journal?.Installed(n, stateDigest, Service.Digest);
            return new StateInstalled(n, stateDigest, clients, Service.Digest);
        }
    }
}
