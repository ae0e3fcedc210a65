using Stateless;

namespace PbftReference.Core.Phases;

/// <summary>What a replica's service is doing. It goes on beside the lifecycle: a replica votes while it executes or fetches state.</summary>
public enum ExecutionPhase
{
    /// <summary>Waits for the next decided batch.</summary>
    Idle,

    /// <summary>Executes the batch after the last executed.</summary>
    Executing,

    /// <summary>Fetches a checkpoint from others (paper section 4.6).</summary>
    StateTransferring,
}

/// <summary>What moves execution on.</summary>
public enum ExecutionTrigger
{
    /// <summary>The service was given a batch.</summary>
    Execute,

    /// <summary>A batch is executed.</summary>
    Complete,

    /// <summary>A transfer starts, or turns to another checkpoint or source.</summary>
    Fetch,

    /// <summary>The fetched state is in place.</summary>
    Install,

    /// <summary>The process started: whatever was under way is not any more.</summary>
    Start,
}

/// <summary>The machine of execution.</summary>
public static class ExecutionPhases
{
    /// <summary>Its table.</summary>
    public static PhaseTable<ExecutionPhase, ExecutionTrigger> Table { get; } = new("execution", ExecutionPhase.Idle, Configure);

    private static void Configure(StateMachine<ExecutionPhase, ExecutionTrigger> machine)
    {
        machine.Configure(ExecutionPhase.Idle)
            .PermitReentry(ExecutionTrigger.Start)
            .PermitReentry(ExecutionTrigger.Complete)
            .Permit(ExecutionTrigger.Execute, ExecutionPhase.Executing)
            .Permit(ExecutionTrigger.Fetch, ExecutionPhase.StateTransferring);
        machine.Configure(ExecutionPhase.Executing)
            .Permit(ExecutionTrigger.Complete, ExecutionPhase.Idle)
            .Permit(ExecutionTrigger.Start, ExecutionPhase.Idle);
        machine.Configure(ExecutionPhase.StateTransferring)
            .PermitReentry(ExecutionTrigger.Fetch)
            .Permit(ExecutionTrigger.Install, ExecutionPhase.Idle)
            .Permit(ExecutionTrigger.Start, ExecutionPhase.Idle);
    }
}
