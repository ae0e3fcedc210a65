using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>Something that a replica could do and has not done.</summary>
/// <param name="Duty">What.</param>
/// <param name="Since">The step after which it was owed first.</param>
/// <param name="At">How many steps the replica had done by then.</param>
/// <param name="View">The view in which it was owed.</param>
internal readonly record struct OpenDuty(SpecDuty Duty, long Since, long At, long View);

/// <summary>
/// What a replica whose steps are in a trace leaves undone. It may do one thing after the other, in later steps than that in which it became
/// possible: a duty is broken when its last moment passes, or when it is owed for too many steps. Decisions and entered views are not
/// written, so they are owed only as far as something that is written follows from them. See docs/verification.md.
/// </summary>
/// <param name="configuration">The cluster's.</param>
/// <param name="model">The specification's parameters.</param>
/// <param name="peer">The specification's replica.</param>
/// <param name="self">Its number.</param>
/// <param name="within">The steps within which it does what it can; null if nothing was declared.</param>
internal sealed class TraceDuties(ClusterConfiguration configuration, SpecModel model, SpecPeer peer, int self, long? within) : IDutyDesk
{
    private const int MessagesPerReplica = 3;

    private readonly SortedSet<long> _touched = [];
    private readonly HashSet<(long View, long N)> _commits = [];
    private readonly HashSet<long> _proved = [];
    private readonly Dictionary<(string Name, long Number), OpenDuty> _open = [];
    private SpecDesk _desk = new(model, self);
    private long _executed = -1;
    private long _steps;

    // A window of places is agreed on with so many messages; who is not done by then is not about to be.
    private long Bound => within ?? (long)MessagesPerReplica * configuration.Replicas * configuration.LogWindow;

    /// <inheritdoc/>
    public void Came(SpecMessage message) => Note(message);

    /// <inheritdoc/>
    public void Sent(SpecMessage message)
    {
        Note(message);
        if (message.Statement == SpecStatementKind.Commit) _commits.Add((message.View, message.SequenceNumber));
    }

    private void Note(SpecMessage message)
    {
        _desk.Note(peer, message);
        if (message.SequenceNumber > 0) _touched.Add(message.SequenceNumber);
    }

    /// <summary>
    /// The certificates that decide a place came whole. That a replica decided by them is not written, and who did shows them to whoever lacks
    /// them: from then on no commit is owed there.
    /// </summary>
    /// <param name="n">The place.</param>
    public void Proved(long n) => _proved.Add(n);

    /// <summary>A batch was executed here, so its state may be signed for.</summary>
    public void Executed() => _executed = peer.Replica.LastExecuted;

    /// <summary>The process started again: what it had received may be gone.</summary>
    public void Restarted()
    {
        _desk = new SpecDesk(model, self);
        _open.Clear();
        _touched.Clear();
    }

    /// <summary>h has risen, or a view was entered.</summary>
    public void Forget()
    {
        _desk.Clear(peer);
        var low = peer.Replica.Stable.SequenceNumber;
        _commits.RemoveWhere(commit => commit.N <= low);
        _proved.RemoveWhere(n => n <= low);
        _touched.UnionWith(SpecDesk.Places(peer));
    }

    /// <summary>The checkpoint that is to be signed before anything more is executed, since its state is gone after that; null if none is.</summary>
    public SpecDuty? CheckpointDue => Checkpoint is { } duty && duty.Number == _executed ? duty : null;

    /// <summary>The commit that was to be sent before a checkpoint at or above its place becomes stable; null if none was.</summary>
    /// <param name="n">The checkpoint.</param>
    public OpenDuty? CommitDue(SequenceNumber n) =>
        _open.Values.Where(open => open.Duty.Number <= n.Value && IsCommitStillOwed(open)).Select(open => (OpenDuty?)open).FirstOrDefault();

    /// <summary>A place is about to be decided: whether the replica owes its commit is to be known before.</summary>
    /// <param name="n">The place.</param>
    /// <param name="step">The step.</param>
    public void Deciding(long n, long step)
    {
        if (OwedCommit(n) is { } commit) Open(commit, step);
    }

    private SpecDuty? OwedCommit(long n) => !IsProved(n) && _desk.OwedAt(peer, n) is { Name: "OweCommit" } commit ? commit : null;

    private void Open(SpecDuty duty, long step) => _open.TryAdd((duty.Name, duty.Number), new OpenDuty(duty, step, _steps, peer.Replica.View));

    /// <summary>A step is done.</summary>
    /// <param name="step">Its number.</param>
    /// <param name="movesOn">Whether a later view may have been entered, which is not written: then nothing of the old one is owed.</param>
    /// <returns>What is owed for too long; null if nothing is.</returns>
    public OpenDuty? Done(long step, bool movesOn)
    {
        var owed = Owed(movesOn).ToDictionary(duty => (duty.Name, duty.Number));
        foreach (var (key, open) in _open.Where(pair => !owed.ContainsKey(pair.Key)).ToList())
        {
            if (movesOn || !IsCommitStillOwed(open)) _open.Remove(key);
        }

        foreach (var duty in owed.Values) Open(duty, step);
        _touched.Clear();
        var late = _open.Values.Where(open => _steps - open.At >= Bound).OrderBy(open => open.At).Select(open => (OpenDuty?)open).FirstOrDefault();
        _steps++;
        return late;
    }

    // What a proof or certificates of an earlier view decided is over: whoever lacks it can be shown the certificates.
    private bool IsProved(long n) => _proved.Contains(n) || IsDecidedBefore(n);

    private bool IsDecidedBefore(long n) => peer.Replica.CommittedAt(n) is not null && peer.Replica.PreparedAt(n) is { } prepared && prepared.View < peer.Replica.View;

    // To the specification a replica that decides has committed; its commit is owed to the others all the same.
    private bool IsCommitStillOwed(OpenDuty open)
    {
        var (r, n) = (peer.Replica, open.Duty.Number);
        return open.Duty.Name == "OweCommit" && !IsProved(n) && r.Active && r.View == open.View && n > r.Stable.SequenceNumber && !_commits.Contains((open.View, n));
    }

    /// <summary>What is still owed at the end and was before the last step, where nothing was declared; null if nothing is.</summary>
    public OpenDuty? AtEnd => within is null
        ? _open.Values.Where(open => open.At < _steps - 1).OrderBy(open => open.At).Select(open => (OpenDuty?)open).FirstOrDefault()
        : null;

    private SpecDuty? Checkpoint => _desk.OwedExecution(peer, busy: true);

    private IEnumerable<SpecDuty> Owed(bool movesOn)
    {
        if (CheckpointDue is { } checkpoint) yield return checkpoint;
        if (_desk.OwedStable(peer) is { } stable) yield return stable;
        if (movesOn) yield break;
        foreach (var n in _touched.Concat(_open.Keys.Select(key => key.Number)).Distinct().ToList())
        {
            if (OwedCommit(n) is { } commit) yield return commit;
        }

        if (Execution is { } execution) yield return execution;
        if (_desk.OwedView(peer) is { } view) yield return view;
    }

    // The next place can be decided, or is, and its batch is at hand. A replica that may fetch a later state need not execute.
    private SpecDuty? Execution
    {
        get
        {
            var n = peer.Replica.LastExecuted + 1;
            var isDecided = Checkpoint is null && _desk.OwedExecution(peer, busy: false) is not null;
            var canBeDecided = _desk.OwedAt(peer, n) is { Name: "OweCommitted" }
                && peer.Replica.AcceptedAt(n) is { } digest && (digest == 0 || peer.Has(SpecMessage.Body(n, digest)));
            return (isDecided || canBeDecided) && !new SpecChoices(model, peer).Transfers.Any() ? new SpecDuty("OweExecute", n) : null;
        }
    }
}
