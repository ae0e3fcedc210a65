using System.Collections.Immutable;
using System.Globalization;
using PbftReference.Audit.Verification;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Verifying;

/// <summary>A replica that may have done anything, and why it is taken so.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="Why">One of the words below.</param>
internal sealed record TakenAsFaulty(ReplicaId Replica, string Why)
{
    /// <summary>The run was told to make it faulty.</summary>
    public const string Run = "run";

    /// <summary><c>--faulty</c> names it.</summary>
    public const string Named = "named";

    /// <summary>A trace without records holds no step of it.</summary>
    public const string NoSteps = "no-steps";

    /// <summary>All of them, in order.</summary>
    public static ImmutableArray<TakenAsFaulty> Of(VerifyInput input, VerificationOptions options) =>
    [
        .. options.Faulty.Union(input.WithoutSteps).Select(replica => new TakenAsFaulty(
            replica, !options.Faulty.Contains(replica) ? NoSteps : input.FaultyOfRun.Contains(replica) ? Run : Named)),
    ];

    /// <summary>What is to be said of them, beside what is said of those that the run made faulty.</summary>
    public static IEnumerable<string> Notes(VerifyInput input, VerificationOptions options)
    {
        var taken = Of(input, options);
        var silent = taken.Where(one => one.Why == NoSteps).Select(one => one.Replica).ToList();
        if (silent.Count > 0) yield return $"pbft: taken as faulty {(silent.Count == 1 ? "is replica" : "are replicas")} {string.Join(", ", silent)}: the trace holds no step of {(silent.Count == 1 ? "it" : "them")}";
        var f = input.Genesis.Configuration.Faults;
        if (taken.Length > f) yield return string.Create(CultureInfo.InvariantCulture, $"pbft: warning: {taken.Length} replicas are taken as faulty, and f is {f}: with more than f the correct ones may come to different results, though each follows the specification");
    }
}
