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

    /// <summary>A status with the highest sequence number there is sent a correct replica round a loop without end.</summary>
    [Fact]
    public async Task A_seed_that_never_ended_once_ends_well() =>
        Assert.Equal(FuzzVerdict.Fine, (await Task.Run(() => Fuzzer.Run(WithoutLyingClients(FuzzCase.FromSeed(51067, 4)))).WaitAsync(TimeSpan.FromMinutes(2))).Verdict);

    // a seed is a regression only with what it was drawn from then
    private static FuzzCase WithoutLyingClients(FuzzCase fuzzCase) => fuzzCase with { Options = fuzzCase.Options with { LyingClients = 0 } };
}
