namespace PbftReference.Mutants.Traces;

/// <summary>What became of a mutated log.</summary>
internal enum Fate
{
    /// <summary>It is none that can be read: the format refuses a record, or what it is kept in.</summary>
    Unreadable,

    /// <summary>A replica's own log refuses it: a guard, or what the record says of itself.</summary>
    Alone,

    /// <summary>The logs of the others contradict it.</summary>
    Join,

    /// <summary>Only the comparison of the states finds it.</summary>
    LockStep,

    /// <summary>No judge refuses it, and something is missing to tell.</summary>
    Undetermined,

    /// <summary>No judge refuses it, and integrity does: nobody can have signed the heads in it, or a snapshot is not the confirmed one.</summary>
    Heads,

    /// <summary>It conforms.</summary>
    Survived,

    /// <summary>A judge broke over it: a hole.</summary>
    Broken,
}

/// <summary>What became of a mutated log, and why.</summary>
/// <param name="Fate">What became of it.</param>
/// <param name="By">The guard or the kind of finding; what broke.</param>
/// <param name="Reason">Of a survivor why it is a behaviour; null if none was found.</param>
internal sealed record Outcome(Fate Fate, string By, SurvivalReason? Reason = null)
{
    /// <summary>Whether it is a hole: a survivor without a reason, or a judge that broke.</summary>
    public bool IsHole => Fate == Fate.Broken || (Fate == Fate.Survived && Reason is null);
}
