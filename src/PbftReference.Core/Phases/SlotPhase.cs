using Stateless;

namespace PbftReference.Core.Phases;

/// <summary>How far agreement on one place is in the current view (paper section 4.2).</summary>
public enum SlotPhase
{
    /// <summary>No proposal stands.</summary>
    Empty,

    /// <summary>A proposal stands and this replica votes for it.</summary>
    PrePrepared,

    /// <summary>The predicate prepared holds.</summary>
    Prepared,

    /// <summary>The predicate committed-local holds.</summary>
    CommittedLocal,
}

/// <summary>What moves a place on.</summary>
public enum SlotTrigger
{
    /// <summary>A proposal was sent, accepted, or carried over.</summary>
    Propose,

    /// <summary>A quorum voted for it.</summary>
    Prepare,

    /// <summary>A quorum committed.</summary>
    Commit,

    /// <summary>Another replica showed both certificates.</summary>
    Prove,

    /// <summary>A view was entered, or asked for: agreement starts anew.</summary>
    ChangeView,
}

/// <summary>The machine of one place.</summary>
public static class SlotPhases
{
    /// <summary>Its table.</summary>
    public static PhaseTable<SlotPhase, SlotTrigger> Table { get; } = new("slot", SlotPhase.Empty, Configure);

    private static void Configure(StateMachine<SlotPhase, SlotTrigger> machine)
    {
        machine.Configure(SlotPhase.Empty)
            .Permit(SlotTrigger.Propose, SlotPhase.PrePrepared)
            .Permit(SlotTrigger.Prove, SlotPhase.CommittedLocal)
            .PermitReentry(SlotTrigger.ChangeView);
        machine.Configure(SlotPhase.PrePrepared)
            .Permit(SlotTrigger.Prepare, SlotPhase.Prepared)
            .Permit(SlotTrigger.Prove, SlotPhase.CommittedLocal)
            .Permit(SlotTrigger.ChangeView, SlotPhase.Empty);
        machine.Configure(SlotPhase.Prepared)
            .Permit(SlotTrigger.Commit, SlotPhase.CommittedLocal)
            .Permit(SlotTrigger.Prove, SlotPhase.CommittedLocal)
            .Permit(SlotTrigger.ChangeView, SlotPhase.Empty);
        machine.Configure(SlotPhase.CommittedLocal)
            .Permit(SlotTrigger.ChangeView, SlotPhase.Empty);
    }
}
