using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Tests.Core.Messages;

namespace PbftReference.Tests.EventLog.Codec;

/// <summary>
/// Well-formed inputs, events, steps and states from a seed. Events take over the input's content now and then, as real ones do. The
/// steps need not follow from any state.
/// </summary>
public sealed class StepGenerator(int seed)
{
    private readonly MessageGenerator _messages = new(seed);

    public MessageGenerator Messages => _messages;

    public Input Input(InputKind kind, MessageKind message) => kind switch
    {
        InputKind.ReplicaStarted => new ReplicaStarted(_messages.Digest()),
        InputKind.MessageReceived => new MessageReceived(_messages.Message(message), _messages.Signature()),
        InputKind.TimerExpired => new TimerExpired(Any<TimerKind>()),
        InputKind.ExecutionCompleted => new ExecutionCompleted(_messages.Place(), Results(), _messages.Digest()),
        InputKind.StateStaged => new StateStaged(_messages.Place(), _messages.Indexes()),
        InputKind.StateInstalled => new StateInstalled(_messages.Place(), _messages.Digest(), Clients(8), _messages.Digest()),
    };

    public ReplicaEvent Event(EventKind kind, Input input) => kind switch
    {
        EventKind.Started => new Started(_messages.Digest()),
        EventKind.RequestAccepted => Accepted<Request>(MessageKind.Request, input, (m, s) => new RequestAccepted(new Signed<Request>(m, s))),
        EventKind.BatchTimeReached => new BatchTimeReached(),
        EventKind.PrePrepareSent => new PrePrepareSent(
            _messages.View(),
            _messages.Place(),
            _messages.Digest(),
            [.. _messages.Many(_messages.Below(4), () => new RequestId(_messages.Client(), _messages.Timestamp()))]),
        EventKind.PrePrepareAccepted => Accepted<PrePrepare>(MessageKind.PrePrepare, input, (m, s) => new PrePrepareAccepted(m, s)),
        EventKind.PrepareSent => new PrepareSent(_messages.View(), _messages.Place(), _messages.Digest()),
        EventKind.PrepareAccepted => Accepted<Prepare>(MessageKind.Prepare, input, (m, s) => new PrepareAccepted(m, s)),
        EventKind.Prepared => new Prepared(_messages.View(), _messages.Place(), _messages.Digest()),
        EventKind.CommitSent => new CommitSent(_messages.View(), _messages.Place(), _messages.Digest()),
        EventKind.CommitAccepted => Accepted<Commit>(MessageKind.Commit, input, (m, s) => new CommitAccepted(m, s)),
        EventKind.CommittedLocal => new CommittedLocal(_messages.View(), _messages.Place(), _messages.Digest()),
        EventKind.CommitProofAccepted => Accepted<CommitProof>(MessageKind.CommitProof, input, (m, _) => new CommitProofAccepted(m)),
        EventKind.BatchAccepted => new BatchAccepted(_messages.Place(), Batch(input)),
        EventKind.ExecutionStarted => new ExecutionStarted(_messages.Place()),
        EventKind.BatchExecuted => new BatchExecuted(
            _messages.Place(), input is ExecutionCompleted i && _messages.Coin() ? i.Results : Results(), _messages.Digest()),
        EventKind.CheckpointSent => new CheckpointSent(_messages.Place(), _messages.Digest()),
        EventKind.CheckpointAccepted => Accepted<Checkpoint>(MessageKind.Checkpoint, input, (m, s) => new CheckpointAccepted(m, s)),
        EventKind.StableProofAccepted => new StableProofAccepted(Certificate(input)),
        EventKind.CheckpointStable => new CheckpointStable(_messages.Place(), _messages.Digest()),
        EventKind.ProgressNoted => new ProgressNoted(_messages.Place()),
        EventKind.TransferStarted => new TransferStarted(_messages.Place(), _messages.Digest(), Replicas(), _messages.Below(9)),
        EventKind.ManifestAccepted => Accepted<StateManifest>(MessageKind.StateManifest, input, (m, _) => new ManifestAccepted(m)),
        EventKind.TransferStaged => new TransferStaged(input is StateStaged i && _messages.Coin() ? i.Missing : _messages.Indexes()),
        EventKind.PagesAccepted => new PagesAccepted(_messages.Indexes()),
        EventKind.TransferCompleted => new TransferCompleted(
            _messages.Place(), _messages.Digest(), input is StateInstalled i && _messages.Coin() ? i.Clients : Clients(3), _messages.Digest()),
        EventKind.ViewChangeSent => new ViewChangeSent(_messages.View(), Any<ViewChangeReason>(), _messages.Digest()),
        EventKind.ViewChangeAccepted => Accepted<ViewChange>(MessageKind.ViewChange, input, (m, s) => new ViewChangeAccepted(m, s)),
        EventKind.ViewChangeDeferred => Accepted<ViewChange>(MessageKind.ViewChange, input, (m, s) => new ViewChangeDeferred(m, s)),
        EventKind.NewViewSent => new NewViewSent(_messages.View(), Replicas(), _messages.Digest()),
        EventKind.NewViewAccepted => Accepted<NewView>(MessageKind.NewView, input, (m, s) => new NewViewAccepted(m, s)),
        EventKind.NewViewDeferred => Accepted<NewView>(MessageKind.NewView, input, (m, s) => new NewViewDeferred(m, s)),
        EventKind.ViewEntered => new ViewEntered(_messages.View(), _messages.Digest()),
        EventKind.NewViewWanted => new NewViewWanted(_messages.Digest()),
        EventKind.EvidenceKept => new EvidenceKept(_messages.Replica()),
        EventKind.Halted => new Halted("checkpoint 10: \"own\" and certified differ"),
    };

    /// <summary>A step with every kind of event.</summary>
    public Step Step(InputKind kind, MessageKind message)
    {
        var input = Input(kind, message);
        ImmutableArray<ReplicaEvent> events = [.. Enum.GetValues<EventKind>().Select(change => Event(change, input))];
        return new Step(input, events, _messages.Coin() ? Any<Refusal>() : null, []);
    }

    public Step AnyStep() => Step(Any<InputKind>(), Any<MessageKind>());

    public ReplicaState State(ClusterConfiguration configuration)
    {
        var n = configuration.Replicas;
        var low = new SequenceNumber(configuration.CheckpointPeriod * _messages.Below(5));
        var newViews = ImmutableSortedDictionary<Digest, Signed<NewView>>.Empty;
        for (var i = _messages.Below(3); i > 0; i--)
        {
            var newView = _messages.Sign(_messages.NewView());
            newViews = newViews.SetItem(newView.Statement.StatementDigest, newView);
        }

        return new ReplicaState
        {
            Configuration = configuration,
            Self = new ReplicaId(2),
            Phase = Any<ReplicaPhase>(),
            View = _messages.View(),
            CurrentNewView = _messages.Digest(),
            ProgressView = _messages.View(),
            Stable = new CheckpointCertificate(low, _messages.Digest(), _messages.Votes()),
            Window = Window(configuration, low),
            LastAssigned = _messages.Place(),
            BatchDue = _messages.Coin(),
            Queue = Queue(),
            Execution = Any<ExecutionPhase>(),
            LastExecuted = _messages.Place(),
            ServiceDigest = _messages.Digest(),
            Clients = Clients(configuration.ClientWindow),
            Backlog = [.. _messages.Many(_messages.Below(3), () => new DecidedBatch(_messages.Place(), _messages.MaybeBatch()))],
            OwnCheckpoints = [.. _messages.Many(_messages.Below(3), () => new OwnCheckpoint(_messages.Place(), _messages.Digest()))],
            Checkpoints = [.. _messages.Many(_messages.Below(3), () => _messages.Sign((Checkpoint)_messages.Message(MessageKind.Checkpoint)))],
            KnownStable = _messages.Coin() ? _messages.Stable() : null,
            NotedExecuted = new SequenceNumber(_messages.Below(9) - 1),
            Transfer = _messages.Coin() ? Transfer() : null,
            ViewChanges = PerReplica(n, () => _messages.Sign(_messages.ViewChange(_messages.Replica()))),
            DeferredViewChanges = PerReplica(n, () => _messages.Sign(_messages.ViewChange(_messages.Replica()))),
            DeferredNewViews = PerReplica(n, () => _messages.Sign(_messages.NewView())),
            NewViews = newViews,
            Accused = [.. Replicas()],
            PlannedEnd = _messages.Coin() ? _messages.Place() : null,
        };
    }

    public ClientTable Clients(int window)
    {
        var entries = ImmutableSortedDictionary<ClientId, ClientEntry>.Empty;
        for (var i = _messages.Below(4); i > 0; i--)
        {
            var entry = ClientEntry.New(window);
            for (var t = _messages.Below(2 * window); t > 0; t--)
            {
                var timestamp = new Timestamp(entry.Base.Value + 1 + _messages.Below(window));
                if (entry.Admits(timestamp)) entry = entry.With(timestamp, _messages.Payload());
            }

            entries = entries.SetItem(_messages.Client(), entry);
        }

        return new ClientTable(window, entries);
    }

    private ReplicaEvent Accepted<T>(MessageKind kind, Input input, Func<T, Signature, ReplicaEvent> make)
        where T : Message =>
        input is MessageReceived { Message: T message } received && _messages.Coin()
            ? make(message, received.Signature)
            : make((T)_messages.Message(kind), _messages.Signature());

    private Batch Batch(Input input) =>
        input is MessageReceived { Message: BatchData message } && _messages.Coin() ? message.Batch : _messages.Batch();

    private CheckpointCertificate Certificate(Input input) =>
        input is MessageReceived { Message: StableProof message } && _messages.Coin() ? message.Certificate : _messages.Stable();

    private ImmutableArray<ReplicaId> Replicas() => [.. _messages.Some(7).Select(i => new ReplicaId(i))];

    private ImmutableArray<ImmutableArray<byte>> Results() => [.. _messages.Many(_messages.Below(4), _messages.Payload)];

    private T Any<T>()
        where T : struct, Enum => Enum.GetValues<T>()[_messages.Below(Enum.GetValues<T>().Length)];

    private ImmutableArray<T?> PerReplica<T>(int n, Func<T> make)
        where T : class => [.. _messages.Many(n, () => _messages.Below(3) == 0 ? make() : null)];

    private ImmutableArray<Slot> Window(ClusterConfiguration configuration, SequenceNumber low)
    {
        var window = new Slot[configuration.LogWindow];
        for (var i = 1; i <= window.Length; i++)
        {
            var n = low + i;
            window[(int)(n.Value % window.Length)] = _messages.Coin() ? Slot(n, configuration.Replicas) : PbftReference.Core.State.Slot.Empty(n, configuration.Replicas);
        }

        return ImmutableArray.Create(window);
    }

    private Slot Slot(SequenceNumber n, int replicas) => new()
    {
        SequenceNumber = n,
        Phase = Any<SlotPhase>(),
        View = _messages.View(),
        BatchDigest = _messages.Digest(),
        Batch = _messages.MaybeBatch(),
        Votes = PerReplica(replicas, () => new PrepareVote(_messages.View(), _messages.Digest(), _messages.Digest(), _messages.Signature())),
        Commits = PerReplica(replicas, () => new CommitVote(_messages.View(), _messages.Digest(), _messages.Signature())),
        Certificate = _messages.Coin() ? _messages.Prepared(n) : null,
        Decision = _messages.Coin() ? _messages.Commit() : null,
        DecisionPrepared = _messages.Coin() ? _messages.Prepared(n) : null,
    };

    private RequestQueue Queue()
    {
        var queue = RequestQueue.Empty;
        for (var i = _messages.Below(4); i > 0; i--)
        {
            var batch = _messages.Batch();
            foreach (var request in batch.Requests)
            {
                if (queue.Find(request.Statement.Id) is null) queue = queue.Add(request);
            }

            if (_messages.Coin()) queue = queue.MarkProposed(batch, _messages.Place());
        }

        return queue;
    }

    private StateTransfer Transfer() => new(
        _messages.Place(),
        _messages.Digest(),
        Replicas(),
        _messages.Below(5),
        _messages.Coin() ? (StateManifest)_messages.Message(MessageKind.StateManifest) : null,
        _messages.Coin() ? [.. _messages.Indexes()] : null,
        _messages.Below(9));
}
