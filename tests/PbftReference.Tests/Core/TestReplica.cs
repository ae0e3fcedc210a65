using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Invariants;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>A message on its way.</summary>
internal sealed record Envelope(ReplicaId From, ReplicaId To, Message Message, Signature Signature);

/// <summary>What a replica executed: the place and the requests that took effect there.</summary>
internal sealed record Executed(long SequenceNumber, string Requests);

/// <summary>
/// A pure replica with the least that it needs around it: a log, a service, kept checkpoints, timers as deadlines. Every step is
/// checked: the invariants hold, and folding the step into the state before gives the state after.
/// </summary>
internal sealed class TestReplica
{
    private readonly ReplicaCluster _cluster;
    private readonly List<Step> _log = [];
    private readonly Queue<Input> _answers = new();
    private readonly Dictionary<int, ImmutableArray<byte>> _staged = [];
    private readonly SortedDictionary<long, KeptCheckpoint> _kept = [];
    private readonly SortedDictionary<TimerKind, long> _deadlines = [];
    private readonly List<Executed> _executed = [];
    private ServiceCheckpoint? _beforeExecution;
    private int _starts;

    public TestReplica(ReplicaCluster cluster, int self)
    {
        _cluster = cluster;
        Service = ServiceFactory.Create("kv");
        State = ReplicaState.Genesis(cluster.Configuration, new ReplicaId(self));
    }

    public ReplicaState State { get; private set; }

    public IService Service { get; }

    public bool Running { get; private set; }

    /// <summary>While true, what the service answers waits.</summary>
    public bool ServiceIsSlow { get; set; }

    public IReadOnlyList<Step> Log => _log;

    public IReadOnlyList<Executed> ExecutedBatches => _executed;

    public IReadOnlyDictionary<TimerKind, long> Deadlines => _deadlines;

    /// <summary>Why the last input was refused, if it was.</summary>
    public Refusal? LastRefusal { get; private set; }

    /// <summary>The requests executed, in order.</summary>
    public string History => string.Join(" ", _executed.Select(e => e.Requests).Where(r => r.Length > 0));

    public IEnumerable<ReplicaEvent> Events => _log.SelectMany(step => step.Events);

    public void Start()
    {
        Running = true;
        Take(new ReplicaStarted(Digest.Of([(byte)State.Self.Value, (byte)++_starts])));
    }

    /// <summary>What is not in the log is gone: timers, the batch under execution, staged pages.</summary>
    public void Crash()
    {
        Running = false;
        _deadlines.Clear();
        _answers.Clear();
        _staged.Clear();
        if (State.Execution == ExecutionPhase.Executing && _beforeExecution is not null)
        {
            Service.Install(_beforeExecution.Pages);
            _executed.RemoveAll(e => e.SequenceNumber > State.LastExecuted.Value);
        }

        var genesis = ReplicaState.Genesis(_cluster.Configuration, State.Self);
        var folded = Fold.Steps(genesis, _log.ToArray());
        Assert.Equal(StatePrinter.Print(State), StatePrinter.Print(folded));
        State = folded;
    }

    public void Expire(TimerKind timer)
    {
        Assert.True(_deadlines.Remove(timer), $"timer {timer} of replica {State.Self} is not running");
        Take(new TimerExpired(timer));
    }

    public bool IsRunning(TimerKind timer) => _deadlines.ContainsKey(timer);

    /// <summary>Decides an input, and then whatever the service answers.</summary>
    public void Take(Input input)
    {
        _answers.Enqueue(input);
        DrainAnswers();
    }

    public void AnswerNow()
    {
        ServiceIsSlow = false;
        DrainAnswers();
    }

    private void DrainAnswers()
    {
        var waiting = new List<Input>();
        while (_answers.TryDequeue(out var input))
        {
            if (ServiceIsSlow && input is (ExecutionCompleted or StateStaged or StateInstalled)) waiting.Add(input);
            else Decide(input);
        }

        foreach (var input in waiting) _answers.Enqueue(input);
    }

    private void Decide(Input input)
    {
        var before = State;
        var decision = PbftReference.Core.Replica.Decide(before, input);
        var violations = StateInvariants.Check(decision.State);
        Assert.True(violations.IsEmpty, $"replica {before.Self}: {string.Join("; ", violations)} after {input}");
        if (_cluster.ChecksFolding)
        {
            Assert.Equal(StatePrinter.Print(decision.State), StatePrinter.Print(Fold.Step(before, decision.Step)));
        }

        if (!decision.Step.Events.IsEmpty) _log.Add(decision.Step);
        else Assert.Same(before, decision.State);
        LastRefusal = decision.Step.Refusal;
        NoteExecutions(before, decision.Step);
        State = decision.State;
        foreach (var effect in decision.Step.Effects) Do(effect);
    }

    // batches that need no service: null requests and repetitions
    private void NoteExecutions(ReplicaState before, Step step)
    {
        foreach (var e in step.Events.OfType<BatchExecuted>())
        {
            if (_executed.All(x => x.SequenceNumber != e.SequenceNumber.Value)) _executed.Add(new Executed(e.SequenceNumber.Value, ""));
        }

        foreach (var e in step.Events.OfType<TransferCompleted>())
        {
            Assert.True(e.SequenceNumber > before.LastExecuted, "a transfer leads forward");
        }
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case Send send: _cluster.Post(State.Self, send.To, send.Message, send.Signature); break;
            case Multicast multicast: _cluster.PostToAll(State.Self, multicast.Message); break;
            case SendReply reply: _cluster.Replies.Add(reply.Reply); break;
            case StartTimer start: _deadlines[start.Timer] = _cluster.Now + start.Milliseconds; break;
            case StopTimer stop: _deadlines.Remove(stop.Timer); break;
            case Execute execute: Execute(execute); break;
            case TakeCheckpoint take: Keep(take); break;
            case DiscardCheckpoints discard: DiscardBelow(discard.Below); break;
            case SendState send: SendState(send); break;
            case StageState stage: Stage(stage); break;
            case StorePages store: foreach (var page in store.Pages) _staged[page.Index] = page.Content; break;
            case InstallState install: Install(install); break;
            default: throw new InvalidOperationException($"no effect {effect}");
        }
    }

    private void Execute(Execute execute)
    {
        _beforeExecution = Service.Capture();
        var results = ImmutableArray.CreateBuilder<ImmutableArray<byte>>();
        foreach (var r in execute.Requests) results.Add([.. Service.Execute(r.Client, r.Timestamp, r.Operation.AsSpan())]);
        _executed.Add(new Executed(execute.SequenceNumber.Value, string.Join(" ", execute.Requests.Select(r => r.Id))));
        _answers.Enqueue(new ExecutionCompleted(execute.SequenceNumber, results.ToImmutable(), Service.Digest));
    }

    private void Keep(TakeCheckpoint take)
    {
        var digest = StateDigests.Of(take.SequenceNumber, take.Clients.PageDigests().AsSpan(), Service.Digest);
        Assert.True(digest == take.StateDigest, $"replica {State.Self}: at checkpoint {take.SequenceNumber} the service is in another state");
        var clients = take.Clients.Entries.Select(entry => ImmutableArray.Create(entry.Value.Page(entry.Key)));
        var pages = Service.Capture().Pages.Select(page => ImmutableArray.Create(page.Span));
        _kept[take.SequenceNumber.Value] = new KeptCheckpoint(take.StateDigest, [.. clients], [.. pages]);
    }

    private void DiscardBelow(SequenceNumber stable)
    {
        foreach (var n in _kept.Keys.Where(n => n < stable.Value).ToList()) _kept.Remove(n);
    }

    private void SendState(SendState send)
    {
        if (!_kept.TryGetValue(send.SequenceNumber.Value, out var kept) || kept.StateDigest != send.StateDigest) return;
        _cluster.Post(State.Self, send.To, kept.Answer(send, State.Self), Signature.Own);
    }

    private void Stage(StageState stage)
    {
        _staged.Clear();
        var mine = Service.Capture().Pages.Select(page => ImmutableArray.Create(page.Span)).ToDictionary(p => PageTree.PageDigest(p.AsSpan()));
        var missing = ImmutableArray.CreateBuilder<int>();
        var wanted = stage.ClientPages.AddRange(stage.ServicePages);
        for (var i = 0; i < wanted.Length; i++)
        {
            if (mine.TryGetValue(wanted[i], out var page)) _staged[i] = page;
            else missing.Add(i);
        }

        _answers.Enqueue(new StateStaged(stage.SequenceNumber, missing.ToImmutable()));
    }

    private void Install(InstallState install)
    {
        var manifest = State.Transfer!.Manifest!;
        var clientPages = manifest.ClientPages.Length;
        var entries = ImmutableSortedDictionary.CreateBuilder<ClientId, ClientEntry>();
        for (var i = 0; i < clientPages; i++)
        {
            var (client, entry) = ClientEntry.FromPage(_staged[i].AsSpan());
            entries.Add(client, entry);
        }

        Service.Install([.. Enumerable.Range(clientPages, manifest.ServicePages.Length).Select(i => new ReadOnlyMemory<byte>([.. _staged[i]]))]);
        var clients = new ClientTable(_cluster.Configuration.ClientWindow, entries.ToImmutable());
        _answers.Enqueue(new StateInstalled(install.SequenceNumber, install.StateDigest, clients, Service.Digest));
    }

    private sealed record KeptCheckpoint(
        Digest StateDigest, ImmutableArray<ImmutableArray<byte>> Clients, ImmutableArray<ImmutableArray<byte>> Service)
    {
        public Message Answer(SendState send, ReplicaId self)
        {
            var pages = Clients.AddRange(Service);
            return send.Pages.IsEmpty
                ? new StateManifest(send.SequenceNumber, Digests(Clients), Digests(Service), self)
                : new StatePages(send.SequenceNumber, ImmutableArray.CreateRange(send.Pages, i => new StatePage(i, pages[i])), self);
        }

        private static ImmutableArray<Digest> Digests(ImmutableArray<ImmutableArray<byte>> pages) =>
            ImmutableArray.CreateRange(pages, page => PageTree.PageDigest(page.AsSpan()));
    }
}
