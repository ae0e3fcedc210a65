using System.Globalization;
using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Simulation.Byzantine;

namespace PbftReference.Simulation.Fuzzing;

/// <summary>One run that a seed asks for.</summary>
/// <param name="Options">What to simulate.</param>
/// <param name="Operations">How many operations.</param>
public sealed record FuzzCase(SimulationOptions Options, long Operations)
{
    /// <summary>Draws a run: small windows and short time-outs, so that everything that can happen happens within a hundred operations.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="replicas">n; f is (n-1)/3.</param>
    public static FuzzCase FromSeed(ulong seed, int replicas)
    {
        var random = new SeededRandom(seed).Fork($"fuzz n={replicas}");
        var faults = (replicas - 1) / 3;
        var configuration = new ClusterConfiguration
        {
            Replicas = replicas,
            Faults = faults,
            CheckpointPeriod = (int)random.Between(2, 6),
            LogMultiplier = (int)random.Between(2, 4),
            BatchSize = (int)random.Between(1, 8),
            ViewChangePeriod = random.Chance(250_000) ? (int)random.Between(1, 4) : 0,
            NullRequestTimeout = random.Chance(200_000) ? random.Between(300, 900) : 0,
            BatchTimeout = 20,
            RequestTimeout = 500,
            StatusTimeout = 200,
            TransferTimeout = 200,
            ResendViewChangeTimeout = 500,
        };
        var options = new SimulationOptions
        {
            Seed = seed,
            Configuration = configuration,
            Service = random.Chance(250_000) ? "kv" : "ledger",
            Clients = (int)random.Between(2, 6),
            LyingClients = new SeededRandom(seed).Fork($"lying clients n={replicas}").Chance(300_000) ? 1 : 0,
            Outstanding = (int)random.Between(1, 6),
            ThinkTime = random.Chance(800_000) ? random.Between(100, 600) : 0,
            Faults = random.Chance(500_000) ? FaultProfile.Many : FaultProfile.Some,
            Faulty = Faulty(random, replicas, faults),
            HealAfter = random.Between(1500, 4000),
            ProgressWithin = 120_000,
            Snapshots = new SnapshotPolicy(100),
        };
        return new FuzzCase(options, random.Between(50, 120));
    }

    /// <summary>The same run with f replicas that all misbehave in one way, among faults all the time.</summary>
    /// <param name="behaviour">A name of <see cref="ByzantineBehaviours"/>.</param>
    public FuzzCase WithAllFaulty(string behaviour)
    {
        var c = Options.Configuration;
        var faulty = Enumerable.Range(0, c.Faults)
            .Select(i => new FaultyReplica(new ReplicaId((int)((Options.Seed + (ulong)i) % (ulong)c.Replicas)), behaviour))
            .OrderBy(f => f.Replica);
        return this with { Options = Options with { Faulty = [.. faulty], Faults = FaultProfile.Many } };
    }

    private static List<FaultyReplica> Faulty(SeededRandom random, int replicas, int faults)
    {
        var faulty = new SortedDictionary<int, FaultyReplica>();
        var count = random.Chance(100_000) ? 0 : faults - (random.Chance(200_000) ? random.Below(faults + 1) : 0);
        while (faulty.Count < count)
        {
            // the first primary is the most interesting
            var i = random.Chance(400_000) ? random.Below(2) : random.Below(replicas);
            faulty[i] = new FaultyReplica(new ReplicaId(i), Behaviour(random));
        }

        return [.. faulty.Values];
    }

    private static string Behaviour(SeededRandom random)
    {
        var names = ByzantineBehaviours.Drawn;
        var first = random.Pick(names);
        if (random.Chance(500_000)) return first;
        var second = random.Pick(names);
        return second == first ? first : $"{first}+{second}";
    }

    /// <summary>The command that gives the very same run.</summary>
    public string CommandLine
    {
        get
        {
            var c = Options.Configuration;
            var faulty = string.Concat(Options.Faulty.Select(f => $" --faulty {f.Replica}:{f.Behaviour}"));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"pbft run --seed {Options.Seed} --replicas {c.Replicas} --tolerate {c.Faults} --service {Options.Service} --operations {Operations}"
                + $" --clients {Options.Clients} --lying-clients {Options.LyingClients} --outstanding {Options.Outstanding} --think-time {Options.ThinkTime}"
                + $" --faults {Options.Faults.ToString().ToLowerInvariant()}{faulty}"
                + $" --heal-after {Options.HealAfter} --progress-within {Options.ProgressWithin}"
                + $" --snapshot-after {Options.Snapshots.AfterRecords}"
                + $" --checkpoint-period {c.CheckpointPeriod} --log-multiplier {c.LogMultiplier} --batch {c.BatchSize}"
                + $" --view-change-period {c.ViewChangePeriod} --null-request-timeout {c.NullRequestTimeout}"
                + $" --batch-timeout {c.BatchTimeout} --request-timeout {c.RequestTimeout} --status-timeout {c.StatusTimeout}"
                + $" --transfer-timeout {c.TransferTimeout} --resend-timeout {c.ResendViewChangeTimeout}");
        }
    }
}
