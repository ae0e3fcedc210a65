namespace PbftReference.Cli.Inspect;

/// <summary>The specification's actions, and what may not be left undone.</summary>
internal static partial class Explanations
{
    private const string GuardKind = "guard";
    private const string Oracle = "spec/oracle/";
    private const string Mapping = "spec/mapping.md";

    private static readonly Explanation[] Actions =
    [
        Action("Deliver", "A message comes to a replica and is taken.", "What a replica does is judged by what was delivered to it, and by nothing else.", "paper 4.2"),
        Action("LPropose", "The primary gives a batch a place and sends its pre-prepare.", "The order of the batches is the primary's to choose, as long as it keeps to it.", "paper 4.2"),
        Action("LPrepare", "A backup takes the primary's proposal and votes for it by a prepare.", "A replica votes once for a place in a view.", "paper 4.2"),
        Action("LCommit", "A replica that has a quorum of votes for the standing proposal sends its commit.", "It says that no other batch can be prepared at this place in this view.", "paper 4.2"),
        Action("LCommitted", "A place is decided: a quorum of commits is at hand, or was shown by another.", "What is decided stays decided in every later view.", "paper 4.2"),
        Action("LExecute", "The service executes the next decided batch.", "In order and only once decided, so that all correct replicas have equal states.", "paper 4.1, 4.2"),
        Action("LCheckpoint", "A replica signs for its state at a multiple of K.", "A quorum of these makes the log below it needless.", "paper 4.3"),
        Action("LStable", "A checkpoint becomes stable: h rises to it, and the log below goes.", "Memory stays bounded, and nothing is lost that a quorum cannot show.", "paper 4.3"),
        Action("LTransfer", "A replica that is behind takes over a state that f+1 signed for.", "What others have discarded it can get in no other way.", "paper 4.6"),
        Action("LRestart", "A replica starts again, with all that it had sent.", "A replica that forgot its votes could vote twice; it is always allowed, since nothing changes.", "paper 4.3"),
        Action("LViewChange", "A replica asks for a later view and reports what it has prepared.", "From then on it takes no part in the view that it leaves.", "paper 4.4"),
        Action("LNewView", "The primary of a view starts it by a new-view made of a quorum of view-changes.", "What may have been decided before is carried over.", "paper 4.4"),
        Action("LEnterView", "A backup enters a view whose new-view came.", "Every replica begins the view with the same proposals.", "paper 4.4"),
    ];

    private static readonly Explanation[] Duties =
    [
        Duty("OweCommit", "A quorum of votes stands for the proposal, and no commit was sent (LCommit).", "The others wait for it.", "paper 4.2"),
        Duty("OweCommitted", "A quorum of commits stands for what is prepared, and it is not decided (LCommitted).", "A decision that is never taken is never executed.", "paper 4.2"),
        Duty("OweStable", "A quorum of equal checkpoints is there, the own among them, and h has not moved (LStable).", "The window would fill up, and the replica stop.", "paper 4.3"),
        Duty("OweExecute", "The next batch is decided and at hand, and its execution has not begun (LExecute).", "Clients wait for f+1 equal replies.", "paper 4.2"),
        Duty("OweCheckpoint", "The last executed place is a multiple of K, and no checkpoint is signed (LCheckpoint).", "Without a quorum of them no checkpoint becomes stable.", "paper 4.3"),
        Duty("OweJoin", "f+1 others ask for later views, and the replica has not joined them (LViewChange).", "At least one of them is correct, and the others need a quorum.", "paper 4.5.2"),
        Duty("OweNewView", "A quorum asks for the view, and its primary has not started it (LNewView).", "The others wait for it, and then leave the view.", "paper 4.4"),
        Duty("OweEnter", "The new-view is at hand, and the view is not entered (LEnterView).", "The view needs a quorum that takes part in it.", "paper 4.4"),
    ];

    private static Explanation Action(string name, string meaning, string why, string source) =>
        new("action", name, meaning, why, source, name == "Deliver" ? $"{Oracle}Trace.dfy:LocalDeliver" : $"{Oracle}Trace.dfy:{name}") { See = Mapping };

    private static Explanation Duty(string name, string meaning, string why, string source) =>
        new("duty", name, meaning, why, source, $"{Oracle}Duties.dfy:{name}") { See = Mapping };
}
