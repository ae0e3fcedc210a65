namespace PbftReference.Cli.Inspect;

/// <summary>The guards by which <c>pbft verify</c> refuses: those of the specification, and those of the checking itself.</summary>
internal static partial class Explanations
{
    private const string Verification = "PbftReference.Audit/Verification/";

    private static readonly Explanation[] Guards =
    [
        Guard("RequestsDelivered", "Every request of a proposal came with its client's signature.", "A primary that proposes what nobody asked for would make the service do it.", "paper 4.1"),
        Guard("ProposalDelivered", "The pre-prepare of the view's primary came.", "Only what the primary proposed may be voted for; else two proposals could stand at one place.", "paper 4.2"),
        Guard("BatchAtHand", "The batch of the digest came.", "A replica that votes for what it cannot show, or executes what it has not, leaves others without it.", "paper 4.2"),
        Guard("VotesDelivered", "Every vote of the prepared certificate came, or is the replica's own.", "A certificate with a vote that nobody gave is no quorum.", "paper 4.2"),
        Guard("CommitsDelivered", "Every commit of the commit certificate came, or is the replica's own.", "A certificate with a commit that nobody sent is no quorum.", "paper 4.2"),
        Guard("CheckpointsDelivered", "Every checkpoint of the certificate came, or is the replica's own.", "A certificate with a signature that nobody gave proves no state.", "paper 4.3"),
        Guard("ViewChangesDelivered", "Every view-change in the new-view came, or is the replica's own.", "A primary could otherwise make up what others had prepared, and drop it.", "paper 4.4"),
        Guard("NewViewDelivered", "The new-view came.", "A view has no beginning that all share until its new-view is there.", "paper 4.4"),
        Guard("NewViewKnown", "The new-view that a certificate names is at hand.", "Whoever takes a certificate must be able to show what its votes rely on.", "this project (accountability)"),
        Guard("ViewActive", "The replica takes part in its view: it has not asked for a later one whose new-view is still missing.", "What it would say now would be missing from what its view-change reported.", "paper 4.4"),
        Guard("SameView", "What is said is of the replica's view.", "Votes of two views together would make a quorum that no view has.", "paper 4.2"),
        Guard("SameNewView", "What is said names the new-view that the replica entered its view with.", "The votes of a certificate all rely on one new-view.", "this project (accountability)"),
        Guard("IsPrimary", "Only the view's primary does this.", "With two that propose or start a view, two proposals could stand at one place.", "paper 4.2, 4.4"),
        Guard("IsBackup", "The view's primary does not do this.", "Its proposal is its vote; counted twice, a quorum would be one replica short.", "paper 4.2, 4.4"),
        Guard("BetweenWatermarks", "h < n <= H = h + L.", "A faulty primary could otherwise use up the numbers, or fill the memory.", "paper 4.2"),
        Guard("NoOtherProposal", "One proposal a place and view.", "Voting for two is what equivocation needs to split the replicas.", "paper 4.2"),
        Guard("NotExecutedYet", "No request of the proposal is executed.", "A request takes effect once, however often it comes.", "paper 4.1"),
        Guard("ProposalStands", "The certificate is for the proposal that stands at the place.", "A replica commits to what it took, and to nothing else.", "paper 4.2"),
        Guard("PreparedCertificateValid", "A quorum voted for one proposal in one view, its primary among them.", "With fewer votes another proposal could be prepared in the same view.", "paper 4.2"),
        Guard("CommitCertificateValid", "A quorum committed to one proposal in one view.", "With fewer commits a later view need not hear of the decision, and may replace it.", "paper 4.2"),
        Guard("CertificatesMatch", "Both certificates are about one view, place and digest.", "Votes for one batch do not decide another.", "paper 4.2"),
        Guard("ViewReached", "The certificate is of a view that the replica has been in.", "What a later view decided is taken once that view is entered.", "this project"),
        Guard("NotCommittedOtherwise", "Nothing else is committed at the place.", "A decision is never replaced.", "paper 4.2"),
        Guard("CommittedNext", "The place after the last executed one is committed.", "Batches are executed in order, and only when they are decided; else states differ.", "paper 4.2"),
        Guard("AtCheckpoint", "The last executed place is a multiple of K, and not below h.", "Replicas sign for their states at the same places, or no quorum comes together.", "paper 4.3"),
        Guard("NotSignedYet", "One checkpoint a place.", "Two signatures at one place are a contradiction.", "paper 4.3"),
        Guard("AboveLowWatermark", "h only rises.", "What lies at or below h is discarded and cannot come back.", "paper 4.3"),
        Guard("CheckpointCertificateValid", "A quorum signed equal checkpoints.", "With fewer, a state that nobody can show could end the log below it.", "paper 4.3"),
        Guard("OwnCheckpoint", "The replica's own checkpoint is among those that make one stable.", "It discards only what its own state holds already.", "paper 4.3"),
        Guard("Behind", "The replica has executed less than the state that it takes over.", "What is executed is not taken back.", "paper 4.6"),
        Guard("WeakCertificateValid", "f+1 signed for the state that is taken over, above h.", "At least one of them is correct, so the state is one that executing gives.", "paper 4.6"),
        Guard("StateDigestMatches", "The state has the digest that was signed.", "A faulty replica could otherwise answer with any state.", "paper 4.6"),
        Guard("LaterView", "A replica asks for a later view than its own.", "Views only rise; a replica that went back would vote twice in one view.", "paper 4.4"),
        Guard("ViewNotEntered", "A view is entered, or started, once.", "Entered twice, the places that the new-view carries over could be given away again.", "paper 4.4"),
        Guard("NewViewValid", "The new-view follows from a quorum of valid view-changes: it starts at their highest stable checkpoint and carries over what they report as prepared.", "A faulty primary could otherwise drop or replace a decided batch.", "paper 4.4"),
    ];

    private static readonly Explanation[] GuardsOfTheChecking =
    [
        Checking("AsRecorded", "What the record says was done or sent is what the action does.", "A replica could otherwise do one thing and tell another.", "this project"),
        Checking("FollowsFromLog", "The record follows on what was recorded before.", "A record that does not, was not written by a replica in that state.", "this project"),
        Checking("TakenFromInput", "What the record says was taken in is what its input brought, or what had been put aside; what was refused was not taken.", "Votes that never came could otherwise make a quorum.", "this project"),
        Checking("ServiceDeterministic", "The service does the same on the same state and requests, on every replica.", "Replicas that execute the same batches must have the same state and give the same results.", "paper 4"),
        Checking("LockStep", "With --lock-step: the specification's replica and the recorded one have the same state after each step.", "A difference shows a wrong step even where no later one comes of it.", "this project"),
        Checking("NothingLeftUndone", "What could be done after an input, with what had come by then, is done. The values name the duty.", "A replica that never votes breaks no other guard, and stops the cluster.", "this project"),
        Checking("SentByItsSender", "What bears a correct replica's name was sent by it.", "A forged vote would count like a real one.", "paper 2, 4.2"),
        Checking("Agreement", "Correct replicas execute the same batches, where at most f are faulty; of a trace without records.", "Clients of different replicas would be told different histories, and somebody who is called correct is not.", "paper 3, 4.5.1"),
        Checking("SentBefore", "The logs have an order in which everything is sent before it is received.", "Logs without one were never written by one run.", "this project"),
    ];

    private static Explanation Guard(string name, string meaning, string why, string source) =>
        new(GuardKind, name, meaning, why, source, $"{Oracle}Explain.dfy:{name}") { See = Mapping };

    private static Explanation Checking(string name, string meaning, string why, string source) =>
        new(GuardKind, name, meaning, why, source, $"{Verification}Finding.cs:{name}") { See = Mapping };
}
