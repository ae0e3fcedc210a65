namespace PbftReference.Benchmarks;

/// <summary>Every benchmark, in the order in which they are shown.</summary>
internal static class AllBenchmarks
{
    public static IEnumerable<Benchmark> List() =>
        [
            .. RunBenchmarks.List(), .. ReplayBenchmarks.List(), .. CodecBenchmarks.List(), .. StoreBenchmarks.List(), .. DatabaseBenchmarks.List(), .. TransportBenchmarks.List(),
            .. VerifyBenchmarks.List(),
        ];
}
