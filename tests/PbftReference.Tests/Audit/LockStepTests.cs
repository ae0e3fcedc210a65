using PbftReference.Audit.Verification;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Services;
using PbftReference.Simulation.Fuzzing;
using PbftReference.Tests.Golden;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>Recorded and simulated runs are behaviours of the specification, in lock-step: after each step both have the same state.</summary>
public sealed class LockStepTests
{
    [Theory]
    [MemberData(nameof(RecordedTraceTests.Traces), MemberType = typeof(RecordedTraceTests))]
    public void A_golden_trace_conforms(string file)
    {
        var replica = new ReplicaId(int.Parse(file.Split(".replica-")[1][..1], System.Globalization.CultureInfo.InvariantCulture));
        var verifier = new LocalVerifier(new SpecTranslation(RecordedTraceTests.ConfigurationOf(file)), replica, lockStep: true);
        foreach (var step in RecordedTraceTests.Steps(Path.Combine(RecordedTraceTests.Folder, file))) Assert.Null(verifier.Accept(step, out _));
        Assert.True(verifier.Counts["executed"] + verifier.Counts["transfers"] > 0);
    }

    [Fact]
    public void Simulated_runs_of_four_replicas_conform_and_everything_happens_in_them()
    {
        var total = Verify(seeds: 200, replicas: 4);
        Assert.All(Counts.Names, name => Assert.True(total[name] > 0, $"no {name} in all of the runs"));
    }

    // seed 276: a primary voted for a carried-over place, and certificates of the view before decide it before the votes are there
    [Fact]
    public void A_place_that_certificates_of_an_earlier_view_decide_needs_no_commit_in_this_one() =>
        Assert.Equal(Verdict.Conforms, Verify(276UL, replicas: 4).Verdict);

    [Fact]
    public void Simulated_runs_of_seven_replicas_conform() => Assert.True(Verify(seeds: 12, replicas: 7)["views-entered"] > 0);

    /// <summary>Runs seeds, judges each log, and adds up what was in them.</summary>
    private static Counts Verify(int seeds, int replicas)
    {
        var total = new Counts();
        foreach (var (seed, report) in ParallelEnumerable.Range(1, seeds).Select(seed => (seed, Verify((ulong)seed, replicas))).AsSequential())
        {
            Assert.True(report.Verdict == Verdict.Conforms, $"seed {seed}: {report.Verdict} {report.Violations.FirstOrDefault()} {report.Missing.FirstOrDefault()}");
            total.Add(report.Total);
        }

        return total;
    }

    private static VerificationReport Verify(ulong seed, int replicas)
    {
        using var store = new InMemoryEventStore();
        var run = FuzzCase.FromSeed(seed, replicas);
        Fuzzer.Run(run, store);
        var configuration = run.Options.Configuration with { InitialServiceDigest = ServiceFactory.Create(run.Options.Service).Digest };
        var options = new VerificationOptions { LockStep = true, Faulty = [.. run.Options.Faulty.Select(faulty => faulty.Replica)] };
        return LogVerifier.Run(store, new Genesis("sim", configuration, run.Options.Service, Digest.None), options);
    }

    [Fact]
    public void What_the_oracle_remembers_is_bounded_by_the_window()
    {
        var run = RecordedRun.Calm();
        var verifier = new LocalVerifier(new SpecTranslation(run.Configuration), new ReplicaId(1));
        var most = 0;
        foreach (var step in run.Steps(1))
        {
            Assert.Null(verifier.Accept(step, out _));
            most = Math.Max(most, verifier.Remembered);
        }

        // a place: a proposal, three other messages a replica, a batch of at most four requests
        var place = 1 + (3 * run.Configuration.Replicas) + 1 + run.Configuration.BatchSize;
        Assert.InRange(most, 1, (run.Configuration.LogWindow * place) + 64);
    }
}
