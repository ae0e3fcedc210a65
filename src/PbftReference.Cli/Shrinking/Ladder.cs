namespace PbftReference.Cli.Shrinking;

/// <summary>Looks for a small number that does as well as a large one.</summary>
internal static class Ladder
{
    /// <summary>Tries 1, 2, 4, ... until one does, then numbers between that one and the one before.</summary>
    /// <param name="lowest">The smallest number worth a try.</param>
    /// <param name="current">The number that does; only smaller ones are tried.</param>
    /// <param name="does">Whether a number does.</param>
    public static void Descend(long lowest, long current, Func<long, bool> does)
    {
        var below = lowest - 1;
        for (var step = 1L; lowest + step - 1 < current; step *= 2)
        {
            var number = lowest + step - 1;
            if (does(number))
            {
                Between(below, number, does);
                return;
            }

            below = number;
        }

        Between(below, current, does);
    }

    private static void Between(long fails, long holds, Func<long, bool> does)
    {
        while (holds - fails > 1)
        {
            var middle = fails + ((holds - fails) / 2);
            if (does(middle)) holds = middle;
            else fails = middle;
        }
    }
}
