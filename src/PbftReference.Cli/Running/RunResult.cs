using PbftReference.Simulation;

namespace PbftReference.Cli.Running;

/// <summary>What there is to say of a run at its end.</summary>
/// <param name="Plan">What was to be done.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Statistics">What was counted.</param>
/// <param name="Story">What happened.</param>
/// <param name="Frames">Frames sent and lost.</param>
/// <param name="Records">Records in the log.</param>
/// <param name="DoneBefore">Operations that an earlier run of the same directory had done.</param>
/// <param name="Elapsed">Real time.</param>
/// <param name="Interrupted">Whether the user ended it.</param>
internal sealed record RunResult(
    RunPlan Plan,
    RunOutcome Outcome,
    RunStatistics Statistics,
    RunStory Story,
    (long Sent, long Lost) Frames,
    long Records,
    long DoneBefore,
    TimeSpan Elapsed,
    bool Interrupted)
{
    /// <summary>What the process says with it.</summary>
    public int ExitCode => (Outcome.Safe, Outcome.Completed, Interrupted) switch
    {
        (false, _, _) => ExitCodes.Violation,
        (_, _, true) => ExitCodes.Interrupted,
        (_, false, _) => ExitCodes.NoProgress,
        _ => ExitCodes.Holds,
    };
}
