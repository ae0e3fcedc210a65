namespace PbftReference.Core.Rules;

/// <summary>Why an input was refused. A refused input changes no state.</summary>
public enum Refusal
{
    /// <summary>The replica has halted or has not started.</summary>
    NotRunning,

    /// <summary>The sender is not a member of the cluster.</summary>
    NotAMember,

    /// <summary>The message's view is over for this replica.</summary>
    StaleView,

    /// <summary>The message's view has not begun for this replica; its sender will send it again.</summary>
    ViewNotEntered,

    /// <summary>The sequence number is not in (h, h+L] (paper section 4.2).</summary>
    OutsideWatermarks,

    /// <summary>Only the primary of the view may say this.</summary>
    NotThePrimary,

    /// <summary>The primary does not send prepares: its pre-prepare is its vote (section 4.2).</summary>
    PrimarySendsNoPrepare,

    /// <summary>The batch does not have the digest that was named.</summary>
    WrongDigest,

    /// <summary>A proposal without its batch for a place that is not carried over.</summary>
    BatchMissing,

    /// <summary>The batch holds more requests than the cluster allows.</summary>
    BatchTooLarge,

    /// <summary>The vote names another new-view than the one this replica entered the view with.</summary>
    WrongNewView,

    /// <summary>Already known.</summary>
    Duplicate,

    /// <summary>The primary proposed something else for this place before (section 4.2).</summary>
    ConflictingPrePrepare,

    /// <summary>The sender said something else for this place, view or checkpoint before.</summary>
    ConflictingVote,

    /// <summary>The request was executed; its reply is sent again if it is still kept (section 4.1).</summary>
    AlreadyExecuted,

    /// <summary>The timestamp is further ahead than the client's window allows.</summary>
    TimestampAhead,

    /// <summary>Timestamps start at 1.</summary>
    TimestampInvalid,

    /// <summary>Not a multiple of K.</summary>
    NotACheckpoint,

    /// <summary>At or below what this replica has already.</summary>
    NotNeeded,

    /// <summary>A certificate without its quorum, or that does not fit together.</summary>
    InvalidCertificate,

    /// <summary>A view-change that breaks section 4.4.</summary>
    InvalidViewChange,

    /// <summary>A new-view that does not follow from its view-changes (section 4.4).</summary>
    InvalidNewView,

    /// <summary>It names a new-view that is not at hand yet; it is fetched, and the sender will send this again.</summary>
    NewViewMissing,

    /// <summary>Nobody asked for this.</summary>
    NotAskedFor,

    /// <summary>This timer was not running.</summary>
    TimerNotRunning,
}
