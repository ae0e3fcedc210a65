using System.Globalization;

namespace PbftReference.Mutants.Traces;

/// <summary>Mutates the logs of many seeds and prints what became of the mutants.</summary>
internal static class TracesCommand
{
    /// <summary>How to call it.</summary>
    public const string Usage = "dotnet run -c Release --project tests/PbftReference.Mutants -- traces [--seeds N] [--shapes N] [--alterations N] [--all FILE]";

    /// <summary>Runs it; 1 if there is a hole, null if the arguments are not understood.</summary>
    public static int? Run(ReadOnlySpan<string> arguments)
    {
        var (seeds, shapes, alterations, all) = (20, int.MaxValue, int.MaxValue, (string?)null);
        if (arguments.Length % 2 != 0) return null;
        for (var i = 0; i < arguments.Length; i += 2)
        {
            switch (arguments[i])
            {
                case "--seeds" when int.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out var count) && count > 0: seeds = count; break;
                case "--shapes" when int.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out var count) && count > 0: shapes = count; break;
                case "--alterations" when int.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out var count) && count > 0: alterations = count; break;
                case "--all": all = arguments[i + 1]; break;
                default: return null;
            }
        }

        var table = MutationTable.Of(Enumerable.Range(1, seeds).Select(seed => (ulong)seed), new MutationLimits(shapes, alterations));
        foreach (var line in MutationTables.Lines(table)) Console.WriteLine(line);
        if (all is not null) File.WriteAllLines(all, table.All.Select(one => one.ToString()));
        foreach (var hole in table.Holes) Console.Error.WriteLine(hole);
        return table.Holes.Any() ? 1 : 0;
    }
}
