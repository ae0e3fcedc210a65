namespace PbftReference.Cli.Inspect;

/// <summary>Phases, record types, properties.</summary>
internal static partial class Explanations
{
    private const string RecordKind = "record type";
    private const string Log = "PbftReference.EventLog/Log/";
    private const string Checker = "PbftReference.Simulation/Checking/SafetyChecker.cs:";

    private static readonly Explanation[] Phases =
    [
        ReplicaPhase("recovering", "The process has not started yet.", "Nothing is decided before the log is folded.", "Recovering"),
        ReplicaPhase("normal", "The replica takes part in its view.", "Proposals and votes are accepted in this phase only.", "Normal"),
        ReplicaPhase("view-changing", "The replica asked for a view and waits for its new-view. Checkpoints, state transfer and proofs go on.", "Votes given now in the old view would be missing from what its view-change reported.", "ViewChanging"),
        ReplicaPhase("halted", "The replica found a contradiction and takes no part any more.", "See the event of this name.", "Halted"),
        SlotPhase("empty", "No proposal stands at the place in the current view.", "Early votes may be there; they are data, not a phase.", "Empty"),
        SlotPhase("pre-prepared", "A proposal stands and this replica votes for it.", "See pre-prepare-accepted.", "PrePrepared"),
        SlotPhase("prepared", "A quorum voted for the proposal.", "See the event of this name.", "Prepared"),
        SlotPhase("committed-local", "A quorum committed: decided.", "See the event of this name.", "CommittedLocal"),
        ExecutionPhase("idle", "The service waits for the next decided batch.", "Execution goes on beside the lifecycle: a replica votes while it executes.", "Idle"),
        ExecutionPhase("executing", "The service executes the batch after the last executed.", "One at a time, in order.", "Executing"),
        ExecutionPhase("state-transferring", "A checkpoint is fetched from others.", "Nothing is executed on a state that is about to be replaced.", "StateTransferring"),
    ];

    private static readonly Explanation[] Records =
    [
        .. EventLog.Codec.Names.RecordTypes.Select(StepRecord),
        new(RecordKind, EventLog.Log.RecordTypes.Blob, "A piece of a payload that is too large for its record; the record after it names it by its SHA-256.", "Records stay small enough for any EventStoreDB server; a blob whose record is missing is inert.", "this project", Log + "RecordTypes.cs:Blob"),
        new(RecordKind, EventLog.Log.RecordTypes.RefusalsCounted, "How many inputs were refused, by reason, since the last such record.", "A flood of refused messages can't fill the disk.", "this project", Log + "RecordTypes.cs:RefusalsCounted"),
        new(RecordKind, EventLog.Log.RecordTypes.SnapshotTaken, "The replica's own word for a snapshot of its state.", "Only a snapshot that the hash chain confirms is ever used for recovery.", "this project", Log + "RecordTypes.cs:SnapshotTaken"),
        new(RecordKind, EventLog.Log.RecordTypes.Snapshot, "A snapshot's manifest; only in a stream of snapshots.", "Recovery costs the same after ten thousand records or ten million.", "this project", Log + "RecordTypes.cs:Snapshot"),
    ];

    private static readonly Explanation[] Properties =
    [
        Property("agreement", "No two correct replicas decide different batches at one place, or have different states or results at one number.", "It is what the protocol is for; one violation means more than f faulty replicas, or a bug.", "paper 4.5.1", Checker + "OnDecided"),
        Property("exactly-once", "No request takes effect at two places.", "Clients retransmit, and faulty primaries propose twice.", "paper 4.1", Checker + "OnEffect"),
        Property("validity", "Only what a client asked for takes effect.", "A faulty primary must not invent requests.", "paper 4.1", Checker + "OnEffect"),
        Property("client-safety", "What a client accepts is what the correct replicas executed.", "f+1 equal replies hold one of a correct replica.", "paper 4.1, 4.5.1", Checker + "OnAccepted"),
        Property("no-correct-replica-halts", "No correct replica finds itself in contradiction with a certificate.", "If at most f are faulty, no certificate can contradict a correct replica.", "this project", Checker + "OnStep"),
        Property("progress", "Once the network is healthy, everything is executed within f+2 view changes.", "Safety alone is kept by a cluster that does nothing.", "paper 4.5.2", "PbftReference.Simulation/Cluster.cs:Finish"),
        Property("no-framing", "No correct replica holds evidence against a correct one.", "Evidence that can accuse the innocent convicts nobody.", "this project (accountability)", Checker + "OnStep"),
        Property("mutual-acceptance", "No correct replica drops or refuses as wrong what a correct one sent.", "Guards that are too strict stop a cluster as surely as a faulty primary.", "this project", Checker + "mutual acceptance"),
        Property("completeness", "At the end every accepted request took effect, and the correct replicas have executed equally far.", "Nothing that was acknowledged may be missing.", "paper 4.1", "PbftReference.Simulation/Fuzzing/FinalStateCheck.cs:completeness"),
        Property("state-invariant", "What holds in every state of a correct replica between two steps: window, certificates, own votes, execution, checkpoints, views, queue.", "A state that breaks one was folded from a forged log, or a rule is wrong.", "paper 4.2 to 4.6", Core + "Invariants/StateInvariants.cs:Check"),
        Property("quorum", "ceil((n+f+1)/2) replicas, 2f+1 when n = 3f+1.", "Two quorums share at least one correct replica, and n-f correct ones make one.", "paper 4", Core + "Types/Quorums.cs:Quorum"),
        Property("weak-quorum", "f+1 replicas.", "At least one of them is correct.", "paper 4", Core + "Types/Quorums.cs:WeakQuorum"),
        Property("watermarks", "h < n <= H = h + L for every place that is worked on.", "See outside-watermarks.", "paper 4.2, 4.3", Core + "Predicates.cs:InWindow"),
        Property("hash-chain", "Each record's hash covers the record and the hash before it.", "A changed, missing, moved or foreign record is found, with stream and revision.", "this project", Log + "RecordHash.cs:Of"),
    ];

    private static Explanation Property(string name, string meaning, string why, string source, string code) => new("property", name, meaning, why, source, code);

    private static Explanation ReplicaPhase(string name, string meaning, string why, string code) =>
        new("replica phase", name, meaning, why, "paper 4.2, 4.4", Core + "Phases/ReplicaPhase.cs:" + code);

    private static Explanation SlotPhase(string name, string meaning, string why, string code) =>
        new("slot phase", name, meaning, why, "paper 4.2", Core + "Phases/SlotPhase.cs:" + code);

    private static Explanation ExecutionPhase(string name, string meaning, string why, string code) =>
        new("execution phase", name, meaning, why, "paper 4.2, 4.6", Core + "Phases/ExecutionPhase.cs:" + code);

    private static Explanation StepRecord(string type)
    {
        var name = type[..type.IndexOf('/', StringComparison.Ordinal)];
        const string why = "A step is one record: input, events and, if it was refused, why. Replaying the inputs must give the same events. Fields: docs/event-catalogue.md.";
        const string received = "-received";
        var meaning = name.EndsWith(received, StringComparison.Ordinal)
            ? $"A step whose input is a message of kind {name[..^received.Length]}."
            : $"A step whose input is {Inputs[name]}.";
        return new Explanation(RecordKind, type, meaning, why, "this project", "PbftReference.EventLog/Codec/Names.cs:RecordTypeOf");
    }

    // Made anew when asked for, so that the order of the files does not matter.
    private static Dictionary<string, string> Inputs => new(StringComparer.Ordinal)
    {
        ["replica-started"] = "the start of the process: the first record of every start",
        ["timer-expired"] = "the expiry of a timer",
        ["execution-completed"] = "the service's answer to an execution",
        ["state-staged"] = "the host's comparison of a manifest with the pages that it has",
        ["state-installed"] = "the service's word that it took over a checkpoint",
    };
}
