using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// All logs together: each is judged by itself, and what bears a correct replica's name must have been sent by it, before. A delivery
/// waits until its statements were sent; the logs are read side by side, as far as each can go. No order is taken from times or from
/// revisions of different streams. Each record is looked at once. Memory is bounded by the window and by how far the logs are apart.
/// </summary>
public sealed class LogJoin
{
    // Looking for what can be forgotten is worth while from here on.
    private const int FewestNumbers = 4096;

    private static readonly IReadOnlySet<Statement> EmptySet = new HashSet<Statement>();
    private readonly SentStatements _sent;
    private readonly SortedDictionary<ReplicaId, Reading> _readings = [];
    private readonly SortedDictionary<ReplicaId, long> _unheard = [];
    private readonly SortedDictionary<ReplicaId, long> _before = [];
    private readonly List<List<(DeliveredStatement Statement, Finding Finding)>> _knots = [];
    private readonly ClusterConfiguration _configuration;
    private readonly SpecTranslation? _translation;
    private readonly Func<ReplicaId, bool> _isFaulty;
    private readonly Action<long>? _progress;
    private readonly Disagreements _disagreements;
    private long _records;
    private int _numbers = FewestNumbers;

    /// <summary>Prepares a join.</summary>
    /// <param name="translation">The cluster's.</param>
    /// <param name="histories">What the correct replicas recorded, of those whose logs are at hand.</param>
    /// <param name="isFaulty">Which replicas are faulty: they may have said anything.</param>
    /// <param name="lockStep">Whether the states are compared after each step.</param>
    /// <param name="progress">Told how many records are read; null for nobody.</param>
    /// <param name="kept">What an earlier reading says that it should not have forgotten (<see cref="Late"/>); null for nothing.</param>
    public LogJoin(
        SpecTranslation translation,
        IEnumerable<ReplicaHistory> histories,
        Func<ReplicaId, bool> isFaulty,
        bool lockStep = false,
        Action<long>? progress = null,
        IReadOnlySet<Statement>? kept = null)
    {
        ArgumentNullException.ThrowIfNull(translation);
        ArgumentNullException.ThrowIfNull(histories);
        (_configuration, _translation, _isFaulty, _progress) = (translation.Configuration, translation, isFaulty, progress);
        (_sent, _disagreements) = (new SentStatements(kept ?? EmptySet), translation.Disagreements);
        foreach (var history in histories)
        {
            Add(new LogReading(history, new LocalVerifier(translation, history.Replica, lockStep, isFaulty, history.Beginning)));
            if (history.Beginning is { } beginning) _sent.Add(beginning.Said(translation));
        }
    }

    /// <summary>Prepares a join of what is not a log.</summary>
    /// <param name="configuration">The cluster's.</param>
    /// <param name="readings">The correct replicas' histories.</param>
    /// <param name="isFaulty">Which replicas are faulty: they may have said anything.</param>
    /// <param name="disagreements">What the replicas recorded differently, over all readings.</param>
    /// <param name="progress">Told how many steps are read; null for nobody.</param>
    internal LogJoin(
        ClusterConfiguration configuration, IEnumerable<ReplicaReading> readings, Func<ReplicaId, bool> isFaulty, Disagreements disagreements, Action<long>? progress)
    {
        (_configuration, _isFaulty, _disagreements, _progress) = (configuration, isFaulty, disagreements, progress);
        _sent = new SentStatements(EmptySet);
        foreach (var reading in readings) Add(reading);
    }

    /// <summary>
    /// Joins logs and reads them as often as that needs: once, or again if somebody passes on a statement that was forgotten, with that kept,
    /// or if replicas recorded different things that are the same for correct ones, with what most recorded.
    /// </summary>
    /// <param name="configuration">The cluster's.</param>
    /// <param name="histories">What the correct replicas recorded, of those whose logs are at hand; each can be read more than once.</param>
    /// <param name="isFaulty">Which replicas are faulty: they may have said anything.</param>
    /// <param name="lockStep">Whether the states are compared after each step.</param>
    /// <param name="progress">Told how many records are read, in each reading; null for nobody.</param>
    public static LogJoin Of(
        ClusterConfiguration configuration, IEnumerable<ReplicaHistory> histories, Func<ReplicaId, bool> isFaulty, bool lockStep = false, Action<long>? progress = null)
    {
        var (numbers, kept, disagreements, all) = (new Numbering(), new HashSet<Statement>(), new Disagreements(), histories.ToList());
        while (true)
        {
            disagreements.Begin();
            var translation = new SpecTranslation(configuration, numbers, null) { Disagreements = disagreements };
            var join = new LogJoin(translation, all, isFaulty, lockStep, progress, kept);
            join.Run();
            if (join.Late.Count == 0 && !disagreements.IsOpen) return join;
            kept.UnionWith(join.Late);
        }
    }

    /// <summary>
    /// The statements of which it was forgotten whether they were sent. If there are any, nothing counts that was found: the logs are to be read
    /// again, with these kept.
    /// </summary>
    public IReadOnlySet<Statement> Late => _sent.Late;

    /// <summary>Whether replicas recorded different things that are the same for correct ones, and it depends on the order of reading whom a finding names.</summary>
    internal bool IsOpen => _disagreements.IsOpen;

    /// <summary>How many statements and numbers of digests, requests and results are remembered.</summary>
    public int Remembered => _sent.Count + (_translation?.Numbers.Count ?? 0);

    /// <summary>What is wrong, in the order in which it was found.</summary>
    public List<Finding> Violations { get; } = [];

    /// <summary>What is missing to tell.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>How many statements under the name of a replica were made before its judged history begins, and could not be looked up.</summary>
    public IReadOnlyDictionary<ReplicaId, long> FromBefore => _before;

    /// <summary>The replicas whose logs are at hand.</summary>
    public IEnumerable<ReplicaId> Replicas => _readings.Keys;

    /// <summary>What the history of a replica contained, and where it ended.</summary>
    public ReplicaVerdict VerdictOf(ReplicaId replica) => _readings[replica].Source.Verdict;

    /// <summary>Reads all logs to their ends.</summary>
    public void Run()
    {
        while (AdvanceAll() || Excuse())
        {
        }

        ExplainKnots();
        FindingOrder.Finish(Violations);
        foreach (var (sender, count) in _unheard)
        {
            Missing.Add($"the log of replica {sender} is not at hand: {count} statements that bear its name cannot be held against it. Add the log, or name the replica by --faulty.");
        }
    }

    private bool AdvanceAll()
    {
        var advanced = false;
        foreach (var reading in _readings.Values)
        {
            while (Advance(reading)) advanced = true;
        }

        return advanced;
    }

    private bool Advance(Reading reading)
    {
        if (reading.IsDone) return false;
        if (reading.Traffic is null) return ReadNext(reading);
        while (reading.Waiting is { } waiting)
        {
            if (!IsSent(waiting.Statement, reading)) return false;
            reading.Next++;
        }

        _sent.Add(reading.Traffic.Sent);
        if (!reading.HasSkipped) NoteLookedUp(reading.Traffic);
        reading.Traffic = null;
        Finish(reading);
        Forget(reading);
        return true;
    }

    private void NoteLookedUp(StepTraffic traffic)
    {
        foreach (var delivered in traffic.Delivered)
        {
            if (delivered.Statement is { Kind: SpecStatementKind.ViewChange } viewChange && _isFaulty(new ReplicaId(viewChange.Sender))) _sent.LookedUp(viewChange);
        }
    }

    // A reading of which all that came is looked up needs nothing below its low watermark, and nothing executed, any more.
    private void Forget(Reading reading)
    {
        var risen = reading.Source.Floor > reading.Floor;
        reading.Floor = reading.Source.Floor;
        if (!risen || !_sent.Raise(_readings.Values.Min(other => other.IsDone ? long.MaxValue : other.Floor)) || _translation is null) return;
        if (_translation.Numbers.Count < _numbers) return;
        var numbers = new SpecNumbers();
        foreach (var other in _readings.Values.Where(other => !other.IsDone)) AddTo(numbers, other);
        _sent.AddTo(numbers);
        _translation.Keep(numbers, _sent.Floor);
        _numbers = Math.Max(FewestNumbers, 2 * _translation.Numbers.Count);
    }

    private static void AddTo(SpecNumbers numbers, Reading reading)
    {
        reading.Source.AddTo(numbers);
        if (reading.Traffic is not { } traffic) return;
        foreach (var delivered in traffic.Delivered) delivered.Statement.AddTo(numbers);
        foreach (var statement in traffic.Sent) statement.AddTo(numbers);
    }

    private bool ReadNext(Reading reading)
    {
        var source = reading.Source;
        if (!source.MoveNext())
        {
            reading.IsDone = true;
            if (source.MissingAtEnd is { } atEnd) Missing.Add(atEnd);
            return true;
        }

        _progress?.Invoke(++_records);
        source.Counts.Add("records");
        _disagreements.Revision = source.Revision;
        var judgement = source.Judge();
        if (judgement.Refusal is { } refusal)
        {
            Violations.Add(new Finding(source.Stream, source.Replica, source.Revision, refusal.Event, refusal.Action, refusal.Guard, refusal.Values) { Enabled = refusal.Enabled, Disagreement = refusal.Disagreement, Reached = Reached });
        }

        if (judgement.Missing is { } missing) Missing.Add(missing);
        if (judgement.IsLast) (reading.IsDone, reading.IsRefused) = (true, true);
        (reading.Traffic, reading.Next, reading.HasSkipped) = (judgement.Traffic, 0, false);
        if (reading.Traffic is null) Finish(reading);
        return true;
    }

    // All that came with the record was sent in what is read of the others by now.
    private void Finish(Reading reading)
    {
        reading.Finished = reading.Source.Revision;
        if (_disagreements.IsEmpty) return;
        foreach (var disagreement in _disagreements.All.Where(disagreement => disagreement.IsIn(reading.Source.Replica, reading.Finished)))
        {
            disagreement.Reached = Reached;
        }
    }

    private ImmutableSortedDictionary<ReplicaId, long> Reached =>
        _readings.Where(reading => reading.Value.Finished >= 0).ToImmutableSortedDictionary(reading => reading.Key, reading => reading.Value.Finished);

    private void Add(ReplicaReading reading) => _readings.Add(reading.Replica, new Reading(reading));

    private bool IsSent(Statement statement, Reading reading)
    {
        var sender = new ReplicaId(statement.Sender);
        if (!_configuration.IsMember(sender) || _isFaulty(sender)) return true;
        if (!_sent.Contains(statement))
        {
            if (!IsFromBefore(reading.Waiting!.Value)) return _readings.ContainsKey(sender) && _sent.IsForgotten(reading.Waiting!.Value);
            _before[sender] = _before.GetValueOrDefault(sender) + 1;
            return true;
        }

        reading.Source.Counts.Add("join-edges");
        return true;
    }

    private bool IsFromBefore(DeliveredStatement waiting) =>
        _readings.TryGetValue(new ReplicaId(waiting.Statement.Sender), out var sender) && sender.Source.Beginning?.MayHold(waiting) == true;

    // Nobody can go on. What waits for a log that is at its end, or is not there, waits for ever: that is told, and passed over. If all
    // wait for each other, either somebody waits for what never comes, or there is no order; which of the two shows when all is read.
    private bool Excuse()
    {
        var blocked = _readings.Values.Where(reading => reading.Waiting is not null).ToList();
        if (blocked.Count == 0) return false;
        var hopeless = blocked.Where(reading => !IsStillToCome(reading.Waiting!.Value)).ToList();
        if (hopeless.Count == 0) AddKnot(blocked);
        foreach (var reading in hopeless) ExplainAbsence(reading.Waiting!.Value, FindingOf(reading));
        foreach (var reading in blocked.Where(reading => hopeless.Count == 0 || hopeless.Contains(reading))) (reading.Next, reading.HasSkipped) = (reading.Next + 1, true);
        return true;
    }

    private void AddKnot(List<Reading> blocked)
    {
        _knots.Add([.. blocked.Select(reading => (reading.Waiting!.Value, FindingOf(reading)))]);
        foreach (var reading in blocked) _sent.Keep(reading.Waiting!.Value.Statement);
    }

    private bool IsStillToCome(DeliveredStatement waiting) =>
        _readings.TryGetValue(new ReplicaId(waiting.Statement.Sender), out var sender) && !sender.IsDone;

    private void ExplainKnots()
    {
        foreach (var knot in _knots)
        {
            var never = knot.Where(waiting => !_sent.Contains(waiting.Statement.Statement)).ToList();
            foreach (var (statement, finding) in never) ExplainAbsence(statement, finding);
            if (never.Count > 0) continue;
            Violations.Add(knot[0].Finding with
            {
                Guard = RecordGuards.SentBefore,
                Values = $"{knot[0].Finding.Values} was received here before it can have been sent: the logs wait for each other",
            });
        }
    }

    private void ExplainAbsence(DeliveredStatement waiting, Finding finding)
    {
        var sender = new ReplicaId(waiting.Statement.Sender);
        if (!_readings.TryGetValue(sender, out var its))
        {
            _unheard[sender] = _unheard.GetValueOrDefault(sender) + 1;
        }
        else if (its.IsRefused)
        {
            // what it sent after its violation is not known
        }
        else if (waiting.SignedAt > its.Source.LastRevision)
        {
            Missing.Add($"{its.Source.Stream} ends at revision {its.Source.LastRevision}, and {finding.Stream} #{finding.Revision} holds a statement that it signed at revision {waiting.SignedAt}. Find the rest of the log.");
        }
        else
        {
            Violations.Add(finding with { Values = $"{finding.Values} bears the name of replica {sender}, which is correct and never sent it{(waiting.SignedAt < 0 ? "" : $" (signed at its revision {waiting.SignedAt})")}" });
        }
    }

    private static Finding FindingOf(Reading reading)
    {
        var waiting = reading.Waiting!.Value;
        var s = waiting.Statement;
        var what = s.View == 0 && s.SequenceNumber == 0 ? $"a {s.Kind}" : $"a {s.Kind} of view {s.View} for n = {s.SequenceNumber}";
        return new Finding(
            reading.Source.Stream, reading.Source.Replica, reading.Source.Revision, reading.Source.Input, "Deliver", RecordGuards.SentByItsSender, what)
        {
            Sender = new ReplicaId(s.Sender),
            SignedAt = waiting.SignedAt,
        };
    }

    private sealed class Reading(ReplicaReading source)
    {
        public ReplicaReading Source { get; } = source;

        public StepTraffic? Traffic { get; set; }

        public int Next { get; set; }

        public long Floor { get; set; } = source.Floor;

        // the last record of which all that came is looked up
        public long Finished { get; set; } = -1;

        // whether something in the step was passed over that nobody sent
        public bool HasSkipped { get; set; }

        public bool IsDone { get; set; }

        public bool IsRefused { get; set; }

        public DeliveredStatement? Waiting => Traffic is { } traffic && Next < traffic.Delivered.Count ? traffic.Delivered[Next] : null;
    }
}
