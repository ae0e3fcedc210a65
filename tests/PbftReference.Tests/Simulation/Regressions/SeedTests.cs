using PbftReference.Simulation.Fuzzing;
using Xunit;

namespace PbftReference.Tests.Simulation.Regressions;

/// <summary>Seeds that did not end well once.</summary>
public sealed class SeedTests
{
    /// <summary>A new-view that nobody can read was handed to the next behaviour of a combination, which read it.</summary>
    [Theory]
    [InlineData(7054, 4)]
    [InlineData(880, 7)]
    public void A_seed_that_failed_once_ends_well(int seed, int replicas) =>
        Assert.Equal(FuzzVerdict.Fine, Fuzzer.Run(WithoutLyingClients(FuzzCase.FromSeed((ulong)seed, replicas))).Verdict);

    // a seed is a regression only with what it was drawn from then
    private static FuzzCase WithoutLyingClients(FuzzCase fuzzCase) => fuzzCase with { Options = fuzzCase.Options with { LyingClients = 0 } };
}
