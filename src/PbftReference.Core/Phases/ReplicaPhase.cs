using Stateless;

namespace PbftReference.Core.Phases;

/// <summary>A replica's lifecycle.</summary>
public enum ReplicaPhase
{
    /// <summary>Not started.</summary>
    Recovering,

    /// <summary>Takes part in its view.</summary>
    Normal,

    /// <summary>Asked for a view and waits for its new-view (paper section 4.4).</summary>
    ViewChanging,

    /// <summary>Found itself in contradiction with a certificate and takes no part any more.</summary>
    Halted,
}

/// <summary>What moves a replica on.</summary>
public enum ReplicaTrigger
{
    /// <summary>The process started.</summary>
    Start,

    /// <summary>It asked for a new view.</summary>
    AskForView,

    /// <summary>It entered a view.</summary>
    EnterView,

    /// <summary>It found a contradiction.</summary>
    Halt,
}

/// <summary>The machine of a replica.</summary>
public static class ReplicaPhases
{
    /// <summary>Its table.</summary>
    public static PhaseTable<ReplicaPhase, ReplicaTrigger> Table { get; } = new("replica", ReplicaPhase.Recovering, Configure);

    private static void Configure(StateMachine<ReplicaPhase, ReplicaTrigger> machine)
    {
        machine.Configure(ReplicaPhase.Recovering)
            .Permit(ReplicaTrigger.Start, ReplicaPhase.Normal);
        machine.Configure(ReplicaPhase.Normal)
            .PermitReentry(ReplicaTrigger.Start)
            .PermitReentry(ReplicaTrigger.EnterView)
            .Permit(ReplicaTrigger.AskForView, ReplicaPhase.ViewChanging)
            .Permit(ReplicaTrigger.Halt, ReplicaPhase.Halted);
        machine.Configure(ReplicaPhase.ViewChanging)
            .PermitReentry(ReplicaTrigger.Start)
            .PermitReentry(ReplicaTrigger.AskForView)
            .Permit(ReplicaTrigger.EnterView, ReplicaPhase.Normal)
            .Permit(ReplicaTrigger.Halt, ReplicaPhase.Halted);
        machine.Configure(ReplicaPhase.Halted)
            .PermitReentry(ReplicaTrigger.Start);
    }
}
