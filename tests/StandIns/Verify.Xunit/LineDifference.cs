namespace VerifyXunit;

// Shows where two texts part: what lies between the lines they begin with alike and the lines they end with alike.
internal static class LineDifference
{
    private const int Context = 3;
    private const int MostShown = 20;

    public static string Between(string verified, string received)
    {
        var old = verified.Split('\n');
        var @new = received.Split('\n');
        var shorter = Math.Min(old.Length, @new.Length);
        var start = 0;
        while (start < shorter && old[start] == @new[start])
        {
            start++;
        }

        var alikeAtEnd = 0;
        while (alikeAtEnd < shorter - start && old[^(alikeAtEnd + 1)] == @new[^(alikeAtEnd + 1)])
        {
            alikeAtEnd++;
        }

        IEnumerable<string> shown =
        [
            $"First difference in line {start + 1} (- verified, + received):",
            .. @new[Math.Max(0, start - Context)..start].Select(line => "  " + line),
            .. Marked("- ", old[start..^alikeAtEnd]),
            .. Marked("+ ", @new[start..^alikeAtEnd]),
            .. @new[^alikeAtEnd..].Take(Context).Select(line => "  " + line),
        ];
        return string.Join('\n', shown);
    }

    private static IEnumerable<string> Marked(string mark, string[] lines)
    {
        var shown = lines.Take(MostShown).Select(line => mark + line);
        return lines.Length > MostShown ? shown.Append($"{mark}... and {lines.Length - MostShown} more lines") : shown;
    }
}
