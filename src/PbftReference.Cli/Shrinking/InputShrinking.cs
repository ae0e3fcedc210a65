using PbftReference.Audit.Shrinking;
using PbftReference.Audit.Verification;
using PbftReference.Cli.Bisecting;
using PbftReference.Cli.Verifying;
using PbftReference.Core.Inputs;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Simulation;
using PbftReference.Simulation.Checking;

namespace PbftReference.Cli.Shrinking;

/// <summary>What inputs of a replica are to come to.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="What">It, in words.</param>
/// <param name="Holds">Whether inputs come to it, decided again by this build.</param>
internal sealed record InputAim(ReplicaId Replica, string What, Func<IReadOnlyList<Input>, bool> Holds)
{
    /// <summary>A predicate over the replica's steps.</summary>
    public static InputAim Of(Genesis genesis, ReplicaId replica, string predicate)
    {
        var parsed = PredicateParser.Parse(predicate);
        return new InputAim(replica, predicate, inputs => Redecision.Run(genesis, replica, inputs).Any(decided => parsed.Holds(new Moment(decided.Step, decided.After, null))));
    }

    /// <summary>A failure that the replica's log shows alone, to whom found it.</summary>
    /// <param name="genesis">The cluster.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="failure">The failure.</param>
    /// <param name="faulty">The replicas that were told to misbehave.</param>
    public static InputAim Of(Genesis genesis, ReplicaId replica, Failure failure, IReadOnlyCollection<ReplicaId> faulty) =>
        failure.Kind == FailureKind.Specification ? Of(genesis, replica, failure) : OfChecker(genesis, replica, failure, faulty);

    // Of no client is it known what it asked for, so none is taken to be correct.
    private static InputAim OfChecker(Genesis genesis, ReplicaId replica, Failure failure, IReadOnlyCollection<ReplicaId> faulty) => new(replica, failure.What, inputs =>
    {
        var checker = new SafetyChecker(() => 0, id => !faulty.Contains(id), _ => false);
        foreach (var decided in Redecision.Run(genesis, replica, inputs)) checker.OnStep(replica, decided.Before, decided.Step, decided.After);
        return checker.Violations.Any(violation => failure.IsSameAs(Failure.Of(violation)));
    });

    /// <summary>A violation of the specification by the replica's log alone: what the others sent stands in it, signed.</summary>
    public static InputAim Of(Genesis genesis, ReplicaId replica, Failure failure) => new(replica, failure.What, inputs =>
    {
        using var store = new InMemoryEventStore();
        Redecision.Write(store, genesis, replica, Redecision.Run(genesis, replica, inputs));
        if (store.Tail(LogStreams.OfReplica(genesis.Cluster, replica)) is null) return false;
        return LogVerifier.Run(store, genesis, new VerificationOptions()).Violations is [var found, ..] && failure.IsSameAs(Failure.Of(found));
    });
}

/// <summary>What was left of a replica's inputs.</summary>
/// <param name="Aim">What they come to.</param>
/// <param name="Before">How many there were.</param>
/// <param name="Fewest">Those that are left.</param>
internal sealed record FewestInputs(InputAim Aim, int Before, IReadOnlyList<Input> Fewest);

/// <summary>Leaves out inputs of one replica's log. The rest, decided again by this build, is an ordinary log.</summary>
/// <param name="log">The log.</param>
internal sealed class InputShrinking(VerifyInput log)
{
    /// <summary>The inputs from outside, in order.</summary>
    /// <exception cref="CommandException">They are not all there.</exception>
    public List<Input> InputsOf(ReplicaId replica)
    {
        var stream = LogStreams.OfReplica(log.Genesis.Cluster, replica);
        if (log.Store.Tail(stream) is not { IsEmpty: false } tail) throw new CommandException(ExitCodes.Data, $"{stream} in {log.Source} has no records: there is nothing to leave out");
        if (tail.FirstRevision > 0) throw new CommandException(ExitCodes.Data, $"the beginning of {stream} is truncated: its inputs are shrunk from the first");
        return [.. ReplicaLog.Read(log.Store, stream).Select(record => record.Step?.Input).OfType<Input>().Where(Redecision.IsGiven)];
    }

    /// <summary>Finds the fewest.</summary>
    /// <param name="aim">What they are to come to.</param>
    /// <param name="progress">Told how many are left of how many, and how many lists were tried.</param>
    /// <param name="stop">Ends it with the fewest so far.</param>
    /// <returns>The fewest; null if this build does not come to it even with all.</returns>
    public FewestInputs? Find(InputAim aim, Action<int, int, long> progress, CancellationToken stop)
    {
        var inputs = InputsOf(aim.Replica);
        if (!aim.Holds(inputs)) return null;
        var fewest = InputShrinker.Shrink(inputs, some => !stop.IsCancellationRequested && aim.Holds(some), (left, tried) => progress(left, inputs.Count, tried));
        return new FewestInputs(aim, inputs.Count, fewest);
    }

    /// <summary>Writes what the fewest inputs lead to, with the manifest of the log that they are from.</summary>
    public void Write(FewestInputs found, string directory)
    {
        Directory.CreateDirectory(directory);
        using var store = RunDirectory.CreateLog(directory);
        Redecision.Write(store, log.Genesis, found.Aim.Replica, Redecision.Run(log.Genesis, found.Aim.Replica, found.Fewest));
        File.WriteAllText(RunDirectory.ManifestPath(directory), log.Run);
    }
}
