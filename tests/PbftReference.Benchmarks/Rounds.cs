using System.Globalization;

namespace PbftReference.Benchmarks;

/// <summary>Runs benchmarks in turn, so that what disturbs the machine disturbs all of them alike, and shows medians.</summary>
internal static class Rounds
{
    public static void Run(IReadOnlyList<Benchmark> benchmarks, int rounds, TextWriter output)
    {
        var results = benchmarks.Select(_ => new List<Measured>()).ToList();
        Write(output, "benchmark", "unit", "per second", "slowest", "fastest", "us of processor", "bytes allocated");
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < benchmarks.Count; i++)
            {
                var measured = benchmarks[i].Run();
                if (round > 0) results[i].Add(measured);
                if (round == rounds) Write(output, benchmarks[i], results[i]);
            }
        }
    }

    private static void Write(TextWriter output, Benchmark benchmark, List<Measured> measured)
    {
        var perSecond = measured.Select(m => m.PerSecond).Order().ToList();
        Write(
            output, benchmark.Name, benchmark.Unit, Number(Median(perSecond), 0), Number(perSecond[0], 0), Number(perSecond[^1], 0),
            Number(Median([.. measured.Select(m => m.ProcessorMicroseconds).Order()]), 2),
            Number(Median([.. measured.Select(m => m.BytesEach).Order()]), 0));
    }

    private static double Median(List<double> ascending) => ascending[ascending.Count / 2];

    private static string Number(double value, int decimals) =>
        value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static void Write(TextWriter output, string name, string unit, params string[] figures) =>
        output.WriteLine($"{name,-28} {unit,-9} {string.Join(" ", figures.Select(f => f.PadLeft(15)))}");
}
