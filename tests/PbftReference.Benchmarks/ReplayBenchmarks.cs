using PbftReference.Core;

namespace PbftReference.Benchmarks;

/// <summary>A recorded log through Core alone: folded, and decided again.</summary>
internal static class ReplayBenchmarks
{
    public static IEnumerable<Benchmark> List()
    {
        yield return new Benchmark("replay/fold/4", "event", () => Fold(4));
        yield return new Benchmark("replay/fold/100", "event", () => Fold(100));
        yield return new Benchmark("replay/fold/all", "event", () => Fold(int.MaxValue));
        yield return new Benchmark("replay/decide", "step", Decide);
    }

    private static Measured Fold(int stepsAtOnce)
    {
        var recording = Recording.Shared;
        return Measured.Of(recording.Events, () =>
        {
            var state = recording.Genesis;
            for (var rest = recording.Steps.AsSpan(); !rest.IsEmpty;)
            {
                var count = Math.Min(stepsAtOnce, rest.Length);
                state = Core.Fold.Steps(state, rest[..count]);
                rest = rest[count..];
            }
        });
    }

    private static Measured Decide()
    {
        var recording = Recording.Shared;
        return Measured.Of(recording.Steps.Length, () =>
        {
            var state = recording.Genesis;
            foreach (var step in recording.Steps) state = Replica.Decide(state, step.Input).State;
        });
    }
}
