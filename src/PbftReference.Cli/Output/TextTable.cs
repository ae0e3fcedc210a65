namespace PbftReference.Cli.Output;

/// <summary>Rows in columns that are as wide as their widest cell; numbers to the right.</summary>
internal static class TextTable
{
    /// <summary>The table's lines, the heading first.</summary>
    /// <param name="heading">One name a column.</param>
    /// <param name="rows">As many cells each.</param>
    public static IEnumerable<string> Lines(string[] heading, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        return LinesOfMany(heading, () => all);
    }

    /// <summary>The same of rows that are not to be in memory all at once.</summary>
    /// <param name="heading">One name a column.</param>
    /// <param name="rows">The rows from the first on; asked for twice.</param>
    public static IEnumerable<string> LinesOfMany(string[] heading, Func<IEnumerable<string[]>> rows)
    {
        var widths = heading.Select(name => name.Length).ToArray();
        var right = new bool[heading.Length];
        foreach (var (row, count) in rows().Select((row, i) => (row, i)))
        {
            for (var i = 0; i < row.Length; i++) (widths[i], right[i]) = (Math.Max(widths[i], row[i].Length), (right[i] || count == 0) && IsNumber(row[i]));
        }

        foreach (var row in rows().Prepend(heading))
        {
            yield return string.Join("  ", row.Select((cell, i) => right[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
        }
    }

    private static bool IsNumber(string cell) => cell == "-" || (cell.Length > 0 && cell.All(c => char.IsAsciiDigit(c) || c is ',' or '-'));
}
