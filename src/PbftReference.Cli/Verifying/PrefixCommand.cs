using PbftReference.Audit.Verification;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Verifying;

/// <summary>The command that shows the failing prefix again: with each option without which it might not fail.</summary>
internal static class PrefixCommand
{
    /// <summary>The command. What must be seen (<c>--expect</c>) is left out: it makes no violation, and the prefix ends where it fails.</summary>
    /// <param name="prefix">The prefix's file.</param>
    /// <param name="input">What was judged.</param>
    /// <param name="options">How it was judged.</param>
    public static string Of(string prefix, VerifyInput input, VerificationOptions options)
    {
        var isForeign = input.Foreign is not null;
        // what begins like an option is not taken for a file
        var command = $"pbft verify {ShellWord.Of(prefix.StartsWith('-') ? $"./{prefix}" : prefix)}";
        // the prefix has the run's manifest, too, and with it those who are faulty by themselves
        if (!options.Faulty.SetEquals(input.FaultyOfRun)) command += $" --faulty {(options.Faulty.IsEmpty ? VerifyArguments.Nobody : string.Join(",", options.Faulty))}";
        if (!isForeign && options.LockStep) command += " --lock-step";
        if (!isForeign && options.FromSnapshot) command += " --from-snapshot";
        if (isForeign && options.Within is { } within) command += FormattableString.Invariant($" --within {within}");
        return command;
    }
}
