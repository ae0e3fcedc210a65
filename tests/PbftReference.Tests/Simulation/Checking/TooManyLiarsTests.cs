using PbftReference.Core.Types;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;
using Xunit;

namespace PbftReference.Tests.Simulation.Checking;

/// <summary>With more than f liars the guarantees end, and the checks must say so: else they could not fail at all.</summary>
public sealed class TooManyLiarsTests
{
    [Fact]
    public void Two_liars_among_four_break_agreement_and_the_checker_sees_it()
    {
        var found = Enumerable.Range(1, 60).Select(seed => Run((ulong)seed))
            .Any(result => result.Outcome is { } outcome && outcome.Violations.Any(violation => violation.Property == "agreement"));
        Assert.True(found, "no seed of 1..60 broke agreement");
    }

    private static FuzzResult Run(ulong seed)
    {
        var fuzzCase = FuzzCase.FromSeed(seed, 4);
        var liars = new[]
        {
            new FaultyReplica(new ReplicaId(0), "equivocate"),
            new FaultyReplica(new ReplicaId(1), "vote-for-everything"),
        };
        return Fuzzer.Run(fuzzCase with { Options = fuzzCase.Options with { Faulty = liars, Faults = FaultProfile.None, ProgressWithin = 5_000 } });
    }
}
