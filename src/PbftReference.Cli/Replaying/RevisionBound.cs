using System.Globalization;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Replaying;

/// <summary>Where a replay ends: a revision such as <c>420</c>, a part of the stream such as <c>50%</c>, or <c>end</c>.</summary>
internal static class RevisionBound
{
    /// <summary>The last revision to replay of a stream.</summary>
    /// <exception cref="CommandException">It is no position.</exception>
    public static long Of(string text, StreamTail tail)
    {
        if (text == "end") return tail.LastRevision;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)) return revision;
        if (text.EndsWith('%') && int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100)
        {
            return tail.FirstRevision + ((tail.LastRevision - tail.FirstRevision) * percent / 100);
        }

        throw new CommandException(ExitCodes.Usage, $"'{text}' is no position: write a revision as 420, a part as 50%, or end");
    }
}
