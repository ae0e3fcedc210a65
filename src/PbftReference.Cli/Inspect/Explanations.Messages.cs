namespace PbftReference.Cli.Inspect;

/// <summary>The messages, the timers, and why views change.</summary>
internal static partial class Explanations
{
    private const string Messaging = "Messages/Message.cs:";
    private const string CatchUp = "Messages/CatchUpMessages.cs:";

    private static readonly Explanation[] Messages =
    [
        Message("request", "REQUEST: a client asks for an operation, with its timestamp and signature.", "The signature travels in every batch: no replica can invent a request.", "paper 4.1", Messaging + "Request"),
        Message("pre-prepare", "PRE-PREPARE: the primary gives a batch its place n in view v.", "One replica proposes, so that there is something to vote on.", "paper 4.2", Messaging + "PrePrepare"),
        Message("prepare", "PREPARE: a backup votes for the primary's proposal.", "With the pre-prepare it orders batches within a view.", "paper 4.2", Messaging + "Prepare"),
        Message("commit", "COMMIT: the sender is prepared.", "It keeps the order across views: prepared alone may be forgotten by a view change.", "paper 4.2", Messaging + "Commit"),
        Message("checkpoint", "CHECKPOINT: the digest of the sender's state after n.", "A quorum of them lets everybody discard what came before.", "paper 4.3", Messaging + "Checkpoint"),
        Message("view-change", "VIEW-CHANGE: the sender wants a new view, and shows its stable checkpoint and what it prepared above.", "It is how a decided batch reaches the new primary.", "paper 4.4", Messaging + "ViewChange"),
        Message("new-view", "NEW-VIEW: the new primary shows a quorum of view-changes, and the digest of every place that follows from them.", "Everybody computes the same places from the same view-changes, so the primary need not be trusted.", "paper 4.4", Messaging + "NewView"),
        Message("reply", "REPLY: a result for a client, who believes it on f+1 equal ones.", "f+1 hold one of a correct replica.", "paper 4.1", Messaging + "Reply"),
        Message("status", "STATUS: where the sender stands.", "Those ahead answer with what it lacks, so that nobody stays in the dark once the others have stopped their timers.", "TOCS'02 5.2", CatchUp + "Status"),
        Message("fetch-batch", "Asks for a batch by its digest.", "A new-view names batches that this replica may never have seen.", "Fabric (fetch_request_batch)", CatchUp + "FetchBatch"),
        Message("batch-data", "A batch that was asked for.", "Its digest speaks for it, whoever sends it.", "Fabric (return_request_batch)", CatchUp + "BatchData"),
        Message("fetch-new-view", "Asks for a new-view by its digest.", "Certificates name the new-view that their votes rely on.", "this project (accountability)", CatchUp + "FetchNewView"),
        Message("commit-proof", "Both certificates of a decided place, with its batch.", "It brings a replica up that missed the votes, whatever view it is in.", "TOCS'02 5.2", CatchUp + "CommitProof"),
        Message("stable-proof", "A stable checkpoint's certificate.", "It tells a replica that lags how far the others are.", "TOCS'02 5.2", CatchUp + "StableProof"),
        Message("fetch-state", "Asks for a checkpoint's manifest, or for pages of it.", "What a replica missed may have been discarded by all others.", "paper 4.6", CatchUp + "FetchState"),
        Message("state-manifest", "The digests of a checkpoint's pages, which together give its digest.", "Each page can then be checked by itself.", "TOCS'02 5.3", CatchUp + "StateManifest"),
        Message("state-pages", "Pages of a checkpoint.", "The state moves in pieces, from several sources if need be.", "TOCS'02 5.3", CatchUp + "StatePages"),
    ];

    private static readonly Explanation[] Timers =
    [
        Timer("batch", "How long the primary waits to fill a batch.", "Bounds the delay of a lone request.", "Fabric (batch timer)", "Inputs/Input.cs:Batch"),
        Timer("view", "How long a backup waits for the oldest request, or for the new view; doubled from view to view.", "It replaces a primary that does nothing; doubling makes some view long enough.", "paper 4.4, 4.5.2", "Inputs/Input.cs:View"),
        Timer("view-change-resend", "When a view-change is sent again while no new view comes.", "It may have been lost.", "Fabric (vcResendTimer)", "Inputs/Input.cs:ViewChangeResend"),
        Timer("null-request", "When an idle primary proposes the null request; the backups wait a little longer for it.", "Backups notice a dead primary before a client does.", "Fabric (nullRequestTimer)", "Inputs/Input.cs:NullRequest"),
        Timer("status", "When the replica tells the others where it stands.", "Lost messages are made up for.", "TOCS'02 5.2", "Inputs/Input.cs:Status"),
        Timer("transfer", "How long a source of state may take.", "Then another one is asked.", "paper 4.6", "Inputs/Input.cs:Transfer"),
    ];

    private static readonly Explanation[] Reasons =
    [
        Reason("timer-expired", "A request was not executed, or the new view did not come, in time.", "The primary may be faulty.", "paper 4.4, 4.5.2", "Events/ReplicaEvent.cs:TimerExpired"),
        Reason("joined", "f+1 other replicas ask for later views; this one joins the lowest of them.", "One of them is correct, so waiting for the own timer only loses time.", "paper 4.5.2", "Rules/ViewChangeRules.cs:Join"),
        Reason("null-request-late", "The primary's keep-alive did not come.", "An idle primary may be dead.", "Fabric", "Events/ReplicaEvent.cs:NullRequestLate"),
        Reason("planned", "The view ends on purpose after a number of checkpoints.", "A primary that is slow or unfair, and never late, is replaced too.", "Fabric (viewchangeperiod)", "Rules/ViewChangeRules.cs:EndPlannedView"),
        Reason("equivocation", "The primary signed two proposals for one place.", "It is faulty beyond doubt.", "this project (accountability)", "Events/ReplicaEvent.cs:Equivocation"),
    ];
}
