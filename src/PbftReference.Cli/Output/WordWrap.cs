namespace PbftReference.Cli.Output;

/// <summary>Breaks text into lines between words.</summary>
internal static class WordWrap
{
    /// <summary>Lines of at most so many characters; a longer word stands alone on a longer line.</summary>
    /// <param name="text">Words separated by single spaces.</param>
    /// <param name="width">The longest line.</param>
    public static IEnumerable<string> Lines(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}
