using System.Collections.Immutable;
using System.Globalization;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// Every name that stands in the log. They are written out, not derived from the code's names, so that renaming code cannot change the
/// format; a value without a name does not compile.
/// </summary>
public static class Names
{
    /// <summary>The version of every record type that this program writes.</summary>
    public const int RecordVersion = 1;

    /// <summary>The kinds of messages.</summary>
    public static NameTable<MessageKind> Messages { get; } = new("message kind", NameOf);

    /// <summary>The events.</summary>
    public static NameTable<EventKind> Events { get; } = new("event", NameOf);

    /// <summary>Why an input was refused.</summary>
    public static NameTable<Refusal> Refusals { get; } = new("refusal", NameOf);

    /// <summary>The timers.</summary>
    public static NameTable<TimerKind> Timers { get; } = new("timer", NameOf);

    /// <summary>Why a replica asks for a new view.</summary>
    public static NameTable<ViewChangeReason> ViewChangeReasons { get; } = new("reason for a view change", NameOf);

    /// <summary>The phases of a replica's lifecycle.</summary>
    public static NameTable<ReplicaPhase> ReplicaPhases { get; } = new("replica phase", NameOf);

    /// <summary>The phases of agreement on one place.</summary>
    public static NameTable<SlotPhase> SlotPhases { get; } = new("slot phase", NameOf);

    /// <summary>The phases of execution.</summary>
    public static NameTable<ExecutionPhase> ExecutionPhases { get; } = new("execution phase", NameOf);

    /// <summary>The record types with their version: one a message kind, then those of the other inputs.</summary>
    public static ImmutableArray<string> RecordTypes { get; } = AllRecordTypes();

    /// <summary>The record type of a step with this input.</summary>
    public static string RecordTypeOf(Input input) => input is MessageReceived received ? ReceivedTypes[(int)received.Message.Kind] : RecordTypeOf(input.Kind);

    /// <summary>The record type of a message's receipt.</summary>
    public static string RecordTypeOf(MessageKind kind) => Versioned(Messages.Of(kind) + "-received");

    private static readonly string[] ReceivedTypes = AllReceivedTypes();

    internal static string RecordTypeOf(InputKind kind) => kind switch
    {
        InputKind.ReplicaStarted => "replica-started/1",
        InputKind.MessageReceived => throw new ArgumentException("the record type of a message's receipt depends on the message"),
        InputKind.TimerExpired => "timer-expired/1",
        InputKind.ExecutionCompleted => "execution-completed/1",
        InputKind.StateStaged => "state-staged/1",
        InputKind.StateInstalled => "state-installed/1",
    };

    private static string Versioned(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}/{RecordVersion}");

    private static string[] AllReceivedTypes()
    {
        var types = new string[Enum.GetValues<MessageKind>().Max(kind => (int)kind) + 1];
        foreach (var kind in Enum.GetValues<MessageKind>()) types[(int)kind] = RecordTypeOf(kind);
        return types;
    }

    private static ImmutableArray<string> AllRecordTypes()
    {
        var received = Enum.GetValues<MessageKind>().Select(RecordTypeOf);
        var others = Enum.GetValues<InputKind>().Where(kind => kind != InputKind.MessageReceived).Select(RecordTypeOf);
        return [.. received, .. others];
    }

    private static string NameOf(MessageKind value) => value switch
    {
        MessageKind.Request => "request",
        MessageKind.PrePrepare => "pre-prepare",
        MessageKind.Prepare => "prepare",
        MessageKind.Commit => "commit",
        MessageKind.Checkpoint => "checkpoint",
        MessageKind.ViewChange => "view-change",
        MessageKind.NewView => "new-view",
        MessageKind.Reply => "reply",
        MessageKind.Status => "status",
        MessageKind.FetchBatch => "fetch-batch",
        MessageKind.BatchData => "batch-data",
        MessageKind.FetchNewView => "fetch-new-view",
        MessageKind.CommitProof => "commit-proof",
        MessageKind.StableProof => "stable-proof",
        MessageKind.FetchState => "fetch-state",
        MessageKind.StateManifest => "state-manifest",
        MessageKind.StatePages => "state-pages",
    };

    private static string NameOf(EventKind value) => value switch
    {
        EventKind.Started => "started",
        EventKind.RequestAccepted => "request-accepted",
        EventKind.BatchTimeReached => "batch-time-reached",
        EventKind.PrePrepareSent => "pre-prepare-sent",
        EventKind.PrePrepareAccepted => "pre-prepare-accepted",
        EventKind.PrepareSent => "prepare-sent",
        EventKind.PrepareAccepted => "prepare-accepted",
        EventKind.Prepared => "prepared",
        EventKind.CommitSent => "commit-sent",
        EventKind.CommitAccepted => "commit-accepted",
        EventKind.CommittedLocal => "committed-local",
        EventKind.CommitProofAccepted => "commit-proof-accepted",
        EventKind.BatchAccepted => "batch-accepted",
        EventKind.ExecutionStarted => "execution-started",
        EventKind.BatchExecuted => "batch-executed",
        EventKind.CheckpointSent => "checkpoint-sent",
        EventKind.CheckpointAccepted => "checkpoint-accepted",
        EventKind.StableProofAccepted => "stable-proof-accepted",
        EventKind.CheckpointStable => "checkpoint-stable",
        EventKind.ProgressNoted => "progress-noted",
        EventKind.TransferStarted => "transfer-started",
        EventKind.ManifestAccepted => "manifest-accepted",
        EventKind.TransferStaged => "transfer-staged",
        EventKind.PagesAccepted => "pages-accepted",
        EventKind.TransferCompleted => "transfer-completed",
        EventKind.ViewChangeSent => "view-change-sent",
        EventKind.ViewChangeAccepted => "view-change-accepted",
        EventKind.ViewChangeDeferred => "view-change-deferred",
        EventKind.NewViewSent => "new-view-sent",
        EventKind.NewViewAccepted => "new-view-accepted",
        EventKind.NewViewDeferred => "new-view-deferred",
        EventKind.NewViewWanted => "new-view-wanted",
        EventKind.ViewEntered => "view-entered",
        EventKind.EvidenceKept => "evidence-kept",
        EventKind.Halted => "halted",
    };

    private static string NameOf(Refusal value) => value switch
    {
        Refusal.NotRunning => "not-running",
        Refusal.NotAMember => "not-a-member",
        Refusal.StaleView => "stale-view",
        Refusal.ViewNotEntered => "view-not-entered",
        Refusal.OutsideWatermarks => "outside-watermarks",
        Refusal.NotThePrimary => "not-the-primary",
        Refusal.PrimarySendsNoPrepare => "primary-sends-no-prepare",
        Refusal.WrongDigest => "wrong-digest",
        Refusal.BatchMissing => "batch-missing",
        Refusal.BatchTooLarge => "batch-too-large",
        Refusal.WrongNewView => "wrong-new-view",
        Refusal.Duplicate => "duplicate",
        Refusal.ConflictingPrePrepare => "conflicting-pre-prepare",
        Refusal.ConflictingVote => "conflicting-vote",
        Refusal.AlreadyExecuted => "already-executed",
        Refusal.TimestampAhead => "timestamp-ahead",
        Refusal.TimestampInvalid => "timestamp-invalid",
        Refusal.NotACheckpoint => "not-a-checkpoint",
        Refusal.NotNeeded => "not-needed",
        Refusal.InvalidCertificate => "invalid-certificate",
        Refusal.InvalidViewChange => "invalid-view-change",
        Refusal.InvalidNewView => "invalid-new-view",
        Refusal.NewViewMissing => "new-view-missing",
        Refusal.NotAskedFor => "not-asked-for",
        Refusal.TimerNotRunning => "timer-not-running",
    };

    private static string NameOf(TimerKind value) => value switch
    {
        TimerKind.Batch => "batch",
        TimerKind.View => "view",
        TimerKind.ViewChangeResend => "view-change-resend",
        TimerKind.NullRequest => "null-request",
        TimerKind.Status => "status",
        TimerKind.Transfer => "transfer",
    };

    private static string NameOf(ViewChangeReason value) => value switch
    {
        ViewChangeReason.TimerExpired => "timer-expired",
        ViewChangeReason.Joined => "joined",
        ViewChangeReason.NullRequestLate => "null-request-late",
        ViewChangeReason.Planned => "planned",
        ViewChangeReason.Equivocation => "equivocation",
    };

    private static string NameOf(ReplicaPhase value) => value switch
    {
        ReplicaPhase.Recovering => "recovering",
        ReplicaPhase.Normal => "normal",
        ReplicaPhase.ViewChanging => "view-changing",
        ReplicaPhase.Halted => "halted",
    };

    private static string NameOf(SlotPhase value) => value switch
    {
        SlotPhase.Empty => "empty",
        SlotPhase.PrePrepared => "pre-prepared",
        SlotPhase.Prepared => "prepared",
        SlotPhase.CommittedLocal => "committed-local",
    };

    private static string NameOf(ExecutionPhase value) => value switch
    {
        ExecutionPhase.Idle => "idle",
        ExecutionPhase.Executing => "executing",
        ExecutionPhase.StateTransferring => "state-transferring",
    };
}
