using System.Globalization;
using System.Text.RegularExpressions;
using PbftReference.Audit.Verification;
using PbftReference.Core.Types;
using PbftReference.Simulation.Checking;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Cli.Shrinking;

/// <summary>Who found a failure.</summary>
internal enum FailureKind
{
    /// <summary>The specification: a guard is false.</summary>
    Specification,

    /// <summary>A checker of the simulation: a property or an invariant does not hold.</summary>
    Checker,

    /// <summary>Something is not done although the network is healthy and everybody runs.</summary>
    NoProgress,

    /// <summary>The program broke off with an exception.</summary>
    Exception,
}

/// <summary>A failure, told apart from others by what is wrong and not by where: replicas, places, digests and times may be others.</summary>
/// <param name="Kind">Who found it.</param>
/// <param name="What">What is wrong, in words.</param>
/// <param name="Sameness">Two failures with equal texts are the same.</param>
/// <param name="Replica">Whose log shows it; null if that is not one replica's.</param>
internal sealed partial record Failure(FailureKind Kind, string What, string Sameness, ReplicaId? Replica)
{
    /// <summary>The specification's action; null if it was not the specification.</summary>
    public string? Action { get; private init; }

    /// <summary>The guard that is false; null if it was not the specification.</summary>
    public string? Guard { get; private init; }

    /// <summary>Whether it is the same failure.</summary>
    public bool IsSameAs(Failure? other) => other is not null && (Kind, Sameness) == (other.Kind, other.Sameness);

    /// <summary>A violation of the specification, by action and guard.</summary>
    public static Failure Of(Finding finding)
    {
        var action = finding.Action.Split('(', ' ')[0];
        return new Failure(FailureKind.Specification, $"{action}, of which {finding.Guard} is false", $"{action} {finding.Guard}", finding.Replica) { Action = action, Guard = finding.Guard };
    }

    /// <summary>What a run's own checks found; null if it ended well.</summary>
    public static Failure? Of(FuzzResult run) => run.Verdict switch
    {
        FuzzVerdict.Violation => Of(run.Outcome!.Violations[0]),
        FuzzVerdict.NoProgress => new Failure(FailureKind.NoProgress, "no progress", "", null),
        FuzzVerdict.Failure => OfException(run.Exception!),
        _ => null,
    };

    /// <summary>A property that does not hold.</summary>
    public static Failure Of(Violation violation)
    {
        var text = $"{violation.Property}: {violation.Description}";
        var replica = OneReplica().Match(text);
        return new Failure(FailureKind.Checker, text, Number().Replace(text, "#"), replica.Success ? new ReplicaId(int.Parse(replica.Groups[1].Value, CultureInfo.InvariantCulture)) : null);
    }

    private static Failure OfException(Exception exception)
    {
        // by where it comes from: what it says may speak of the bytes at hand
        var (name, site) = (exception.GetType().Name, exception.TargetSite);
        return new Failure(FailureKind.Exception, $"{name}: {exception.Message.Split('\n')[0].TrimEnd('\r')}", $"{name} {site?.DeclaringType?.FullName}.{site?.Name}", null);
    }

    [GeneratedRegex(@"\b([0-9a-f]{8,}|null)\b|[0-9]+")]
    private static partial Regex Number();

    [GeneratedRegex(@"^[a-z ]+: replica ([0-9]+)\b")]
    private static partial Regex OneReplica();
}
