using System.Diagnostics;

namespace PbftReference.Benchmarks;

/// <summary>How long a number of things took.</summary>
/// <param name="Count">How many things were done.</param>
/// <param name="Elapsed">Real time.</param>
/// <param name="Processor">Processor time of the whole process, which other programs on the machine disturb less.</param>
/// <param name="Allocated">Bytes allocated.</param>
internal readonly record struct Measured(long Count, TimeSpan Elapsed, TimeSpan Processor, long Allocated)
{
    public double PerSecond => Count / Elapsed.TotalSeconds;

    public double ProcessorMicroseconds => Processor.TotalMicroseconds / Count;

    public double BytesEach => (double)Allocated / Count;

    /// <summary>Measures an action that does so many things.</summary>
    public static Measured Of(long count, Action action)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var allocated = GC.GetTotalAllocatedBytes();
        var processor = ProcessorTime;
        var watch = Stopwatch.StartNew();
        action();
        return new Measured(count, watch.Elapsed, ProcessorTime - processor, GC.GetTotalAllocatedBytes() - allocated);
    }

    private static TimeSpan ProcessorTime
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.TotalProcessorTime;
        }
    }
}

/// <summary>Something to measure.</summary>
/// <param name="Name">Its name, in parts from the general to the special.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Run">Sets up, measures and clears away.</param>
internal sealed record Benchmark(string Name, string Unit, Func<Measured> Run);
