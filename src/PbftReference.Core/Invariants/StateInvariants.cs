using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Invariants;

/// <summary>
/// What holds in every state of a correct replica between two steps, as far as it can be seen from that state alone and cheaply: the
/// shape of what is kept, and that its parts fit together. A state that breaks one was folded from a forged log, or a rule is wrong.
/// </summary>
public static partial class StateInvariants
{
    /// <summary>Checks all of them.</summary>
    /// <param name="state">The state.</param>
    /// <returns>One sentence for each that does not hold, with the values; empty if all do.</returns>
    public static ImmutableArray<string> Check(ReplicaState state)
    {
        var broken = new Findings();
        Watermarks(state, broken);
        Window(state, broken);
        for (var n = state.Low.Next; n <= state.High && broken.WindowFits; n = n.Next) Place(state, state.SlotAt(n), broken);
        Execution(state, broken);
        Backlog(state, broken);
        Transfer(state, broken);
        OwnCheckpoints(state, broken);
        OthersCheckpoints(state, broken);
        Views(state, broken);
        ViewChanges(state, broken);
        NewViews(state, broken);
        Primary(state, broken);
        Queue(state, broken);
        return broken.ToImmutable();
    }

    /// <summary>h is a multiple of K and has its proof: a quorum of checkpoints, or the genesis (paper section 4.3).</summary>
    private static void Watermarks(ReplicaState state, Findings broken)
    {
        broken.Unless(IsCheckpoint(state, state.Low), $"h = {state.Low} is not a multiple of K = {state.Configuration.CheckpointPeriod}");
        broken.Unless(Certificates.IsValid(state.Configuration, state.Stable), $"the proof of the stable checkpoint {state.Low} is not one");
        if (state.KnownStable is not { } known) return;
        broken.Unless(known.SequenceNumber > state.Low, $"the known checkpoint {known.SequenceNumber} is not above h = {state.Low}");
        broken.Unless(Certificates.IsValid(state.Configuration, known), $"the proof of the known checkpoint {known.SequenceNumber} is not one");
    }

    /// <summary>The window holds exactly the places (h, h+L], each at its index, with room for one vote of each replica.</summary>
    private static void Window(ReplicaState state, Findings broken)
    {
        broken.WindowFits = state.Window.Length == state.Configuration.LogWindow;
        broken.Unless(broken.WindowFits, $"the window has {state.Window.Length} places, not L = {state.Configuration.LogWindow}");
        for (var n = state.Low.Next; n <= state.High && broken.WindowFits; n = n.Next)
        {
            var slot = state.SlotAt(n);
            var fits = slot.SequenceNumber == n && slot.Votes.Length == state.Configuration.Replicas && slot.Commits.Length == state.Configuration.Replicas;
            broken.Unless(fits, $"place {n} holds place {slot.SequenceNumber} with {slot.Votes.Length} votes and {slot.Commits.Length} commits");
            broken.WindowFits &= fits;
        }
    }

    /// <summary>Execution waits for the place after the last executed; it executes only what is decided and at hand (section 4.2).</summary>
    private static void Execution(ReplicaState state, Findings broken)
    {
        broken.Unless(state.LastExecuted.Value >= 0, $"the last executed is {state.LastExecuted}");
        if (state.Execution != ExecutionPhase.Executing) return;
        var runs = Predicates.TryNextDecided(state, out var batch) && batch is not null;
        broken.Unless(runs, $"the service executes {state.LastExecuted.Next}, which is not decided here");
    }

    /// <summary>The backlog follows on the last executed without a gap and ends at or below h.</summary>
    private static void Backlog(ReplicaState state, Findings broken)
    {
        for (var i = 0; i < state.Backlog.Length; i++)
        {
            var n = state.Backlog[i].SequenceNumber;
            broken.Unless(n == state.LastExecuted + i + 1, $"the backlog holds {n} at index {i} after {state.LastExecuted}");
            broken.Unless(n <= state.Low, $"the backlog holds {n}, which is above h = {state.Low}");
        }
    }

    /// <summary>A transfer is under way exactly while execution says so; it leads forward and has somebody else to ask (section 4.6).</summary>
    private static void Transfer(ReplicaState state, Findings broken)
    {
        var under = state.Execution == ExecutionPhase.StateTransferring;
        broken.Unless(under == state.Transfer is not null, $"execution is {state.Execution} and a transfer is {(state.Transfer is null ? "not " : "")}there");
        if (state.Transfer is not { } transfer) return;
        broken.Unless(transfer.SequenceNumber > state.LastExecuted, $"the transfer to {transfer.SequenceNumber} leads behind {state.LastExecuted}");
        broken.Unless(!transfer.Sources.IsEmpty && transfer.Sources.All(s => s != state.Self && state.Configuration.IsMember(s)), "the transfer has nobody to ask");
        broken.Unless(transfer.Missing is null || transfer.Manifest is not null, "pages are missing of a manifest that is not there");
        broken.Unless(transfer.Missing is null || transfer.Missing.All(page => transfer.PageDigest(page) is not null), "a page is missing that the manifest lacks");
    }

    /// <summary>
    /// The checkpoints that this replica signed: one for each number, ascending, multiples of K from h to the last executed, and the one at
    /// h is the stable one unless it halted (section 4.3).
    /// </summary>
    private static void OwnCheckpoints(ReplicaState state, Findings broken)
    {
        var last = new SequenceNumber(0);
        foreach (var own in state.OwnCheckpoints)
        {
            var n = own.SequenceNumber;
            broken.Unless(n > last, $"own checkpoint {n} follows {last}");
            broken.Unless(IsCheckpoint(state, n) && n >= state.Low && n <= state.LastExecuted, $"own checkpoint {n} is not one between {state.Low} and {state.LastExecuted}");
            var agrees = n != state.Low || own.StateDigest == state.Stable.StateDigest || state.Phase == ReplicaPhase.Halted;
            broken.Unless(agrees, $"own checkpoint {n} differs from the stable one");
            last = n;
        }
    }

    /// <summary>
    /// The others' checkpoints: members', above h, multiples of K, sorted, one for each number and replica; of those beyond H one for each
    /// replica, so that liars cannot fill the memory (defect D1 of Fabric).
    /// </summary>
    private static void OthersCheckpoints(ReplicaState state, Findings broken)
    {
        var beyond = new SortedSet<ReplicaId>();
        for (var i = 0; i < state.Checkpoints.Length; i++)
        {
            var m = state.Checkpoints[i].Statement;
            var fits = m.SequenceNumber > state.Low && IsCheckpoint(state, m.SequenceNumber) && m.Replica != state.Self && state.Configuration.IsMember(m.Replica);
            broken.Unless(fits, $"checkpoint {m.SequenceNumber} of replica {m.Replica} is not another member's above h = {state.Low}");
            broken.Unless(m.SequenceNumber <= state.High || beyond.Add(m.Replica), $"two checkpoints of replica {m.Replica} beyond H are kept");
            if (i == 0) continue;
            var previous = state.Checkpoints[i - 1].Statement;
            var sorted = (previous.SequenceNumber, previous.Replica).CompareTo((m.SequenceNumber, m.Replica)) < 0;
            broken.Unless(sorted, $"checkpoint {m.SequenceNumber} of replica {m.Replica} follows {previous.SequenceNumber} of replica {previous.Replica}");
        }
    }

    /// <summary>
    /// The primary's last place is not behind h nor beyond H, and no proposal of its view stands above it: it gives no place twice
    /// (section 4.2).
    /// </summary>
    private static void Primary(ReplicaState state, Findings broken)
    {
        if (!state.Active || !state.IsPrimary || !broken.WindowFits) return;
        var fits = state.LastAssigned >= state.Low && state.LastAssigned <= state.High;
        broken.Unless(fits, $"the last place given is {state.LastAssigned}, outside [{state.Low}, {state.High}]");
        for (var n = state.LastAssigned.Next; fits && n <= state.High; n = n.Next)
        {
            var slot = state.SlotAt(n);
            broken.Unless(slot.Phase == SlotPhase.Empty || slot.View != state.View, $"a proposal stands at {n}, above the last place given, {state.LastAssigned}");
        }
    }

    /// <summary>No request waits that is executed (section 4.1; defect D16 of Fabric).</summary>
    private static void Queue(ReplicaState state, Findings broken)
    {
        foreach (var id in state.Queue.Ids)
        {
            broken.Unless(!state.Clients.IsExecuted(id), $"request {id} waits and is executed");
        }
    }

    private static bool IsCheckpoint(ReplicaState state, SequenceNumber n) => n.Value >= 0 && n.Value % state.Configuration.CheckpointPeriod == 0;

    private sealed class Findings
    {
        private readonly ImmutableArray<string>.Builder _sentences = ImmutableArray.CreateBuilder<string>();

        /// <summary>False once the window cannot be walked.</summary>
        public bool WindowFits { get; set; } = true;

        public void Unless(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref Sentence otherwise)
        {
            if (!holds) _sentences.Add(otherwise.ToText());
        }

        public void Unless(bool holds, string otherwise)
        {
            if (!holds) _sentences.Add(otherwise);
        }

        public ImmutableArray<string> ToImmutable() => _sentences.ToImmutable();
    }

    /// <summary>A sentence that is put together only if what it denies does not hold: the checks run after every step.</summary>
    [InterpolatedStringHandler]
    private ref struct Sentence
    {
        private DefaultInterpolatedStringHandler _text;

        public Sentence(int literalLength, int formattedCount, bool holds, out bool wanted)
        {
            wanted = !holds;
            _text = wanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public string ToText() => _text.ToStringAndClear();
    }
}
