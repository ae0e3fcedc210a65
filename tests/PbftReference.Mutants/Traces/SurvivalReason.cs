namespace PbftReference.Mutants.Traces;

/// <summary>Why a log that was mutated is a behaviour all the same. The list is closed, and <see cref="Survival"/> checks each.</summary>
/// <param name="Name">A name.</param>
/// <param name="Sentence">The reason.</param>
internal sealed record SurvivalReason(string Name, string Sentence)
{
    /// <summary>Nothing of the steps differs.</summary>
    public static SurvivalReason HostNote { get; } = new("host-note", "What the host notes beside the steps is nothing that the replica did.");

    /// <summary>Only what stands beside the data differs.</summary>
    public static SurvivalReason Beside { get; } = new("beside", "No order is taken from times, and correlation and cause only help a reader to find the way.");

    /// <summary>Only a signature differs.</summary>
    public static SurvivalReason Signature { get; } = new("signature", "The replica checked signatures when the message came; what was signed is judged, and heads in them by integrity.");

    /// <summary>Only why the input was refused differs.</summary>
    public static SurvivalReason Refusal { get; } = new("refusal", "Why an input was refused, or that it was for its other part, is told to readers; that it was not taken is judged.");

    /// <summary>Only the input differs, and no event took from it what differs.</summary>
    public static SurvivalReason Occasion { get; } = new("occasion", "An act needs its guards and no occasion: what set it off may have been anything that nothing was taken from.");

    /// <summary>Only events differ of which the specification keeps nothing.</summary>
    public static SurvivalReason NotKept { get; } = new("not-kept", "The specification keeps nothing of waiting, timing, fetching and evidence (spec/mapping.md): what comes of it is judged when it comes.");

    /// <summary>Only the votes of a certificate stand in another order, or twice.</summary>
    public static SurvivalReason SetOfVotes { get; } = new("set-of-votes", "The votes of a certificate are a set: a voter counts once wherever it stands.");

    /// <summary>Only why a view was asked for differs.</summary>
    public static SurvivalReason WhyAView { get; } = new("why-a-view", "A replica may ask for a later view at any time, whatever for.");

    /// <summary>The replica did the same, and took other things of clients.</summary>
    public static SurvivalReason ClientsKeepNoLog { get; } = new("clients", "Clients keep no log, and a batch is named by its content: what was asked for besides binds nobody.");

    /// <summary>The replica did the same, and took something else of a faulty one.</summary>
    public static SurvivalReason FaultySaysAnything { get; } = new("faulty", "It bears the name of a faulty replica, which may have said anything.");

    /// <summary>The replica did the same, and took something that its correct sender did send.</summary>
    public static SurvivalReason WasSent { get; } = new("was-sent", "It bears the name of a correct replica, which sent just that as well.");

    /// <summary>The replica did the same with messages less.</summary>
    public static SurvivalReason NotNeeded { get; } = new("not-needed", "The network may lose a message, and no act rests on this one alone.");

    /// <summary>A message did not come, and so nothing came of it; all the rest is the same.</summary>
    public static SurvivalReason NeverCame { get; } = new("never-came", "The network may lose a message, and then nothing comes of it; all that was done later stands without.");

    /// <summary>The replica did the same with messages twice.</summary>
    public static SurvivalReason Twice { get; } = new("twice", "The network may deliver a message any number of times.");

    /// <summary>The replica did the same with messages in another order.</summary>
    public static SurvivalReason Order { get; } = new("order", "The network may deliver in any order, and no act in between rests on what moved.");

    /// <summary>The replica said something twice.</summary>
    public static SurvivalReason SaidTwice { get; } = new("said-twice", "Saying the same again says nothing new.");

    /// <summary>A restart more or less.</summary>
    public static SurvivalReason Restart { get; } = new("restart", "A replica may start again at any time, and nothing is lost by it.");

    /// <summary>The same acts in another order with the same end.</summary>
    public static SurvivalReason Commutes { get; } = new("commutes", "The acts are the same, each with its guards where it stands now, and so is the state at the end.");

    /// <summary>A decision less, of a place that was decided in another view.</summary>
    public static SurvivalReason DecidedBefore { get; } = new("decided-before", "The place was decided by certificates of an earlier view, so it is over: to decide it again may wait.");

    /// <summary>Less, of what is no duty.</summary>
    public static SurvivalReason NoDuty { get; } = new("no-duty", "What is missing is no duty (oracle/Duties.dfy): to propose, to vote or to ask for a view may wait.");

    /// <summary>The log ends earlier, or goes on with less that is the replica's own.</summary>
    public static SurvivalReason Beginning { get; } = new("beginning", "It is a beginning of what the replica did, with its guards; had others seen more of it, their logs would show that.");

    /// <summary>All reasons.</summary>
    public static IReadOnlyList<SurvivalReason> All { get; } =
    [
        HostNote, Beside, Signature, Refusal, Occasion, NotKept, SetOfVotes, WhyAView, ClientsKeepNoLog, FaultySaysAnything, WasSent, NotNeeded, NeverCame, Twice,
        Order, SaidTwice, Restart, Commutes, DecidedBefore, NoDuty, Beginning,
    ];
}
