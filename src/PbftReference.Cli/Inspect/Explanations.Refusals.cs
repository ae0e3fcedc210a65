namespace PbftReference.Cli.Inspect;

/// <summary>The refusals.</summary>
internal static partial class Explanations
{
    private static readonly Explanation[] Refusals =
    [
        Refusal("not-running", "The replica has not started, or has halted.", "A replica that found a contradiction must not vote on.", "this project", "Replica.cs:NotRunning"),
        Refusal("not-a-member", "The sender is not one of the n replicas.", "Quorums count members; a stranger's vote would break n >= 3f+1.", "paper 4", "Replica.cs:NotAMember"),
        Refusal("stale-view", "The message's view is over for this replica.", "It promised in its view-change to take no part in it any more.", "paper 4.4", "Rules/AgreementRules.cs:StaleView"),
        Refusal("view-not-entered", "The message's view has not begun here.", "It can't be judged before the new-view is there; the sender sends it again on a status message.", "paper 4.2, 4.4", "Rules/AgreementRules.cs:ViewNotEntered"),
        Refusal("outside-watermarks", "The sequence number is not above h, or is above H = h + L.", "A faulty primary could otherwise use up the numbers, or fill the memory.", "paper 4.2, 4.3", "Rules/AgreementRules.cs:OutsideWatermarks"),
        Refusal("not-the-primary", "Only the primary of the view may say this.", "With two proposers two proposals could stand at one place.", "paper 4.2", "Rules/AgreementRules.cs:NotThePrimary"),
        Refusal("primary-sends-no-prepare", "A prepare of the view's own primary.", "Its pre-prepare is its vote; counting both would make a quorum of one replica less.", "paper 4.2", "Rules/AgreementRules.cs:PrimaryDoesNotPrepare"),
        Refusal("wrong-digest", "What came does not have the digest that was named for it.", "Votes are for digests: a batch or a page that does not fit would be agreed on by nobody.", "paper 4.2, 4.6", "Rules/AgreementRules.cs:WrongDigest"),
        Refusal("batch-missing", "A proposal without its batch, for a place that no new-view carried over.", "A replica that voted for what nobody can show would block execution at this place.", "paper 4.2", "Rules/AgreementRules.cs:BatchMissing"),
        Refusal("batch-too-large", "The batch holds more requests than the cluster agreed on.", "The bound keeps memory and the time of an execution within what time-outs allow.", "Fabric (batch size)", "Rules/AgreementRules.cs:BatchTooLarge"),
        Refusal("wrong-new-view", "The vote names another new-view than the one this replica entered the view with.", "The votes of a certificate all rely on one new-view; a primary that sent two is convicted by them.", "this project (accountability)", "Rules/AgreementRules.cs:WrongNewView"),
        Refusal("duplicate", "Already known.", "Counting a vote twice would make a quorum of too few replicas.", "paper 4.2", "Rules/AgreementRules.cs:Duplicate"),
        Refusal("conflicting-pre-prepare", "The primary proposed something else for this place in this view before.", "Accepting both is what equivocation needs to split the replicas. The pair is evidence.", "paper 4.2", "Rules/AgreementRules.cs:ConflictingPrePrepare"),
        Refusal("conflicting-vote", "The sender said something else for this place, view or checkpoint before.", "A correct replica never does; the pair is evidence against the signer.", "paper 4.2; this project (accountability)", "Rules/AgreementRules.cs:ConflictingVote"),
        Refusal("already-executed", "The request was executed; its reply is sent again if it is still kept.", "Clients retransmit; executing again would break exactly-once.", "paper 4.1", "Rules/RequestRules.cs:AlreadyExecuted"),
        Refusal("timestamp-ahead", "The timestamp is further past the client's base than its window allows.", "The executed timestamps of a client are kept in a bounded map.", "this project (defect D17 of Fabric)", "Rules/RequestRules.cs:TimestampAhead"),
        Refusal("timestamp-invalid", "Timestamps begin at 1.", "0 stands for nothing executed.", "paper 4.1", "Rules/RequestRules.cs:TimestampInvalid"),
        Refusal("not-a-checkpoint", "The sequence number is no multiple of K.", "Checkpoints are taken at multiples of K only; others could never become stable.", "paper 4.3", "Rules/CheckpointRules.cs:NotACheckpoint"),
        Refusal("not-needed", "At or below what this replica has already.", "A late message, harmless.", "paper 4.3", "Rules/CheckpointRules.cs:NotNeeded"),
        Refusal("invalid-certificate", "A certificate without its quorum, or whose parts do not fit together.", "Certificates speak for a quorum; one vote less, and a faulty replica could make one alone.", "paper 4.4", "Rules/AgreementRules.cs:InvalidCertificate"),
        Refusal("invalid-view-change", "A view-change with a wrong proof of its checkpoint or a wrong prepared certificate.", "A new-view is computed from view-changes; a forged one could bring in a batch that nobody proposed.", "paper 4.4", "Rules/ViewChangeRules.cs:InvalidViewChange"),
        Refusal("invalid-new-view", "A new-view that does not follow from its view-changes.", "A faulty primary could drop or replace a decided batch.", "paper 4.4", "Rules/NewViewRules.cs:InvalidNewView"),
        Refusal("new-view-missing", "It names a new-view that is not at hand; that is fetched, and the sender sends this again.", "The log must hold what its certificates rely on.", "this project (accountability)", "Rules/AgreementRules.cs:NewViewMissing"),
        Refusal("not-asked-for", "Nobody asked for this: a batch, a page, a result.", "A faulty replica could otherwise fill memory with answers.", "this project", "Rules/TransferRules.cs:NotAskedFor"),
        Refusal("timer-not-running", "The timer was stopped or restarted before its expiry was processed.", "An expiry of an earlier use must not count for a later one.", "Fabric (events.Timer)", "Rules/TimerRules.cs:TimerNotRunning"),
    ];
}
