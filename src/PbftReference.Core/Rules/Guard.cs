namespace PbftReference.Core.Rules;

/// <summary>The guards that a test build can switch off, to show that the checks of this project notice (see docs/simulation.md, Mutants).</summary>
public enum GuardName
{
    /// <summary>None.</summary>
    None,

    /// <summary>Only the view's primary proposes (section 4.2).</summary>
    PrePrepareFromPrimary,

    /// <summary>The batch has the digest that the pre-prepare names (section 4.2).</summary>
    BatchDigest,

    /// <summary>One proposal per place and view (section 4.2).</summary>
    OneProposalPerPlace,

    /// <summary>A proposal or vote counts only if it names the new-view that the replica entered the view with.</summary>
    NewViewNamed,

    /// <summary>The primary's prepare does not count (section 4.2).</summary>
    PrimaryDoesNotPrepare,

    /// <summary>A quorum of votes makes prepared (section 4.2); off: one less.</summary>
    PrepareQuorum,

    /// <summary>A quorum of commits makes committed-local (section 4.2); off: one less.</summary>
    CommitQuorum,

    /// <summary>A request is executed once (section 4.1).</summary>
    ExecutedOnce,

    /// <summary>A quorum of checkpoints makes stable (section 4.3); off: any one.</summary>
    CheckpointQuorum,

    /// <summary>A view-change reports what is prepared (section 4.4).</summary>
    ViewChangeReportsPrepared,

    /// <summary>A new-view takes the certificate of the highest view (section 4.4).</summary>
    HighestCertificate,

    /// <summary>A received new-view is recomputed from its view-changes (section 4.4).</summary>
    NewViewFollows,

    /// <summary>A certificate in a view-change or proof has its quorum (section 4.4).</summary>
    CertificateQuorum,

    /// <summary>Pages of a transferred state fit the certified digest (section 4.6).</summary>
    PageDigest,

    /// <summary>A transferred state is signed for by at least f+1 (section 4.6); off: by one.</summary>
    WeakCertificate,

    /// <summary>A promise is durable before it leaves (checked by crashes; section 4.2).</summary>
    AppendBeforeSend,
}

/// <summary>
/// A place where a rule refuses. In the shipped build <see cref="Holds"/> is the condition itself; only a build with the symbol
/// GUARD_SWITCHES can switch one off.
/// </summary>
public static class Guard
{
#if GUARD_SWITCHES
    /// <summary>The guard that is off; <see cref="GuardName.None"/> for none.</summary>
    public static GuardName Off { get; set; }

    /// <summary>Whether guards can be switched off in this build.</summary>
    public static bool Switchable => true;

    /// <summary>The condition, or true if its guard is off.</summary>
    public static bool Holds(GuardName name, bool condition) => condition || Off == name;

    /// <summary>Whether a guard is on.</summary>
    public static bool IsOn(GuardName name) => Off != name;
#else
    /// <summary>Whether guards can be switched off in this build.</summary>
    public static bool Switchable => false;

    /// <summary>The condition.</summary>
    public static bool Holds(GuardName name, bool condition) => condition;

    /// <summary>Whether a guard is on: always.</summary>
    public static bool IsOn(GuardName name) => true;
#endif
}
