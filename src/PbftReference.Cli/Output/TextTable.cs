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
        var widths = heading.Select((name, i) => all.Select(row => row[i].Length).Append(name.Length).Max()).ToArray();
        var right = heading.Select((_, i) => all.Count > 0 && all.All(row => IsNumber(row[i]))).ToArray();
        foreach (var row in all.Prepend(heading))
        {
            yield return string.Join("  ", row.Select((cell, i) => right[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
        }
    }

    private static bool IsNumber(string cell) => cell == "-" || (cell.Length > 0 && cell.All(c => char.IsAsciiDigit(c) || c is ',' or '-'));
}
