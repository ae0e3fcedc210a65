using System.Globalization;
using PbftReference.Benchmarks;

const string Usage = """
    Measures the speed of the cluster, the fold, replay, the codecs and the stores. See docs/performance.md.

    dotnet run -c Release --project tests/PbftReference.Benchmarks -- [--list] [--filter TEXT] [--rounds N]

      --list         only name the benchmarks
      --filter TEXT  only those whose name contains TEXT; may be given several times
      --rounds N     measured rounds after one to warm up (default 5); a round runs every benchmark once, and the median is shown
    """;

var filters = new List<string>();
var rounds = 5;
var listOnly = false;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--list": listOnly = true; break;
        case "--filter" when i + 1 < args.Length: filters.Add(args[++i]); break;
        case "--rounds" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out rounds) && rounds >= 1: i++; break;
        case "--help": Console.WriteLine(Usage); return 0;
        default:
            Console.Error.WriteLine($"'{args[i]}' is no option, or its value is missing or out of range.\n\n{Usage}");
            return 64;
    }
}

var chosen = AllBenchmarks.List().Where(b => filters.Count == 0 || filters.Exists(f => b.Name.Contains(f, StringComparison.Ordinal))).ToList();
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"No benchmark's name contains {string.Join(" or ", filters)}; --list names them all.");
    return 64;
}

if (listOnly)
{
    foreach (var benchmark in chosen) Console.WriteLine(benchmark.Name);
    return 0;
}

Rounds.Run(chosen, rounds, Console.Out);
return 0;
