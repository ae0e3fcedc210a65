using System.Diagnostics;
using System.Globalization;

namespace PbftReference.Cli.Output;

/// <summary>
/// Where a command writes: results on standard output, everything else on standard error. Colour only on a terminal and without
/// NO_COLOR; progress as one changing line on a terminal, otherwise as a line every five seconds. Notes are broken between words where they
/// go to a terminal or COLUMNS says how wide it is; into a file each is one line.
/// </summary>
public sealed class Terminal
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenRedraws = TimeSpan.FromMilliseconds(100);
    private const int WidthOfFiles = 120;
    private const int Narrowest = 20;
    private const int Indent = 2;
    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();
    private readonly Stream? _bytes;
    private bool _progressShown;

    /// <summary>A terminal over two writers.</summary>
    /// <param name="result">For results.</param>
    /// <param name="notes">For everything else.</param>
    /// <param name="colour">Whether results may be coloured.</param>
    /// <param name="interactive">Whether notes go to a terminal.</param>
    /// <param name="width">Columns for results.</param>
    /// <param name="bytes">The stream below <paramref name="result"/>; null if it has none, and then bytes are written as Latin-1.</param>
    public Terminal(TextWriter result, TextWriter notes, bool colour, bool interactive, int width, Stream? bytes = null)
    {
        (Result, Notes, Colour, Interactive, Width, _bytes) = (result, notes, colour, interactive, width, bytes);
    }

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess()
    {
        var plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") == "dumb";
        var asked = int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0;
        var width = asked ? columns : Console.IsOutputRedirected || Console.WindowWidth <= 0 ? WidthOfFiles : Console.WindowWidth;
        var output = new StreamWriter(Console.OpenStandardOutput(), new System.Text.UTF8Encoding(false), 1 << 16) { AutoFlush = !Console.IsOutputRedirected };
        return new Terminal(new ResultWriter(output), Console.Error, !plain && !Console.IsOutputRedirected, !plain && !Console.IsErrorRedirected, width, output.BaseStream)
        {
            NoteWidth = asked ? columns : Console.IsErrorRedirected || Console.WindowWidth <= 0 ? int.MaxValue : Console.WindowWidth,
        };
    }

    /// <summary>Columns for notes; longer ones go on in the next line.</summary>
    public int NoteWidth { get; init; } = int.MaxValue;

    /// <summary>Results.</summary>
    public TextWriter Result { get; }

    /// <summary>Notes, warnings, errors, progress.</summary>
    public TextWriter Notes { get; }

    /// <summary>Whether results may be coloured.</summary>
    public bool Colour { get; }

    /// <summary>Whether notes go to a terminal.</summary>
    public bool Interactive { get; }

    /// <summary>Columns for results.</summary>
    public int Width { get; }

    /// <summary>Writes bytes among the results, as they are.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        if (_bytes is null)
        {
            Result.Write(System.Text.Encoding.Latin1.GetString(bytes));
            return;
        }

        Result.Flush();
        try
        {
            _bytes.Write(bytes);
        }
        catch (IOException e)
        {
            throw new IOException(ResultWriter.Said(e), e);
        }
    }

    /// <summary>Writes a sentence among the results, broken between words; what goes on is indented.</summary>
    /// <param name="text">The sentence.</param>
    /// <param name="indent">Columns before its first line.</param>
    public void WriteWrapped(string text, int indent = 0)
    {
        var before = new string(' ', indent);
        foreach (var (part, i) in WordWrap.Lines(text, Math.Max(Narrowest, Width - indent - Indent)).Select((part, i) => (part, i))) Result.WriteLine(i == 0 ? before + part : $"{before}  {part}");
    }

    /// <summary>Writes a note.</summary>
    public void Note(string text)
    {
        ClearProgress();
        foreach (var line in Secrets.Masked(text).Split('\n').SelectMany(Broken)) Notes.WriteLine(line);
    }

    // What is indented is no sentence: a trace, or a command to be copied.
    private IEnumerable<string> Broken(string line) => line.Length <= NoteWidth || line.StartsWith(' ') || NoteWidth < Narrowest
        ? [line]
        : WordWrap.Lines(line, NoteWidth - Indent).Select((part, i) => i == 0 ? part : new string(' ', Indent) + part);

    /// <summary>Shows how far a long work is, now and then.</summary>
    public void Progress(Func<string> text)
    {
        if (_sinceProgress.Elapsed < (Interactive ? BetweenRedraws : BetweenLines)) return;
        _sinceProgress.Restart();
        if (Interactive)
        {
            Notes.Write("\r\u001b[K" + text());
            _progressShown = true;
        }
        else
        {
            Notes.WriteLine(text());
        }
    }

    /// <summary>Removes the progress line.</summary>
    public void ClearProgress()
    {
        if (!_progressShown) return;
        Notes.Write("\r\u001b[K");
        _progressShown = false;
    }

    /// <summary>Text in a colour (an ANSI number such as 31 for red), if colour is on.</summary>
    public string Paint(string text, int colour) => Colour ? $"\u001b[{colour}m{text}\u001b[0m" : text;
}
