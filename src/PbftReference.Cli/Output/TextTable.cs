namespace PbftReference.Cli.Output;

/// <summary>Rows in columns that are as wide as their widest cell; numbers to the right. Where that is too wide, cells go on in the next line.</summary>
internal static class TextTable
{
    private const int Between = 2;

    /// <summary>The table's lines, the heading first.</summary>
    /// <param name="heading">One name a column.</param>
    /// <param name="rows">As many cells each.</param>
    /// <param name="width">Columns of the terminal; cells with blanks in them are broken to fit.</param>
    public static IEnumerable<string> Lines(string[] heading, IEnumerable<string[]> rows, int width = int.MaxValue)
    {
        var all = rows.ToList();
        return LinesOfMany(heading, () => all, width);
    }

    /// <summary>The same of rows that are not to be in memory all at once.</summary>
    /// <param name="heading">One name a column.</param>
    /// <param name="rows">The rows from the first on; asked for twice.</param>
    /// <param name="width">Columns of the terminal; cells with blanks in them are broken to fit.</param>
    public static IEnumerable<string> LinesOfMany(string[] heading, Func<IEnumerable<string[]>> rows, int width = int.MaxValue)
    {
        var columns = heading.Select(name => new Column(name)).ToArray();
        foreach (var row in rows())
        {
            for (var i = 0; i < row.Length; i++) columns[i].Take(row[i]);
        }

        Narrow(columns, width);
        foreach (var row in rows().Prepend(heading))
        {
            var cells = row.Select((cell, i) => columns[i].Broken(cell)).ToArray();
            for (var line = 0; line < cells.Max(cell => cell.Length); line++)
            {
                yield return string.Join(new string(' ', Between), cells.Select((cell, i) => columns[i].Padded(line < cell.Length ? cell[line] : ""))).TrimEnd();
            }
        }
    }

    private static void Narrow(Column[] columns, int width)
    {
        var excess = columns.Sum(column => column.Width) + (Between * (columns.Length - 1)) - width;
        for (; excess > 0 && columns.Where(column => column.Width > column.Least).MaxBy(column => column.Width) is { } widest; excess--) widest.Width--;
    }

    private sealed class Column(string name)
    {
        private bool _isOfNumbers = true;
        private bool _hasNumber;

        public int Width { get; set; } = name.Length;

        public int Least { get; private set; } = name.Length;

        public void Take(string cell)
        {
            Width = Math.Max(Width, cell.Length);
            Least = Math.Max(Least, cell.Split(' ').Max(word => word.Length));
            var isNumber = cell.Length > 0 && cell.All(c => char.IsAsciiDigit(c) || c is ',' or '-');
            _isOfNumbers &= isNumber;
            _hasNumber |= isNumber && cell != "-";
        }

        public string[] Broken(string cell) => cell.Length <= Width ? [cell] : [.. WordWrap.Lines(cell, Width)];

        public string Padded(string part) => _isOfNumbers && _hasNumber ? part.PadLeft(Width) : part.PadRight(Width);
    }
}
