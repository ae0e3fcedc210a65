using System.Globalization;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Log;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Inspect;

/// <summary>Which transitions are shown. What is not asked for does not restrict.</summary>
/// <param name="Only">Names: events, record types without version, or message kinds, which stand for all events about them.</param>
/// <param name="Sequence">First and last sequence number.</param>
/// <param name="View">The view.</param>
/// <param name="Text">A part of the line, whatever the case.</param>
internal sealed record TransitionFilter(IReadOnlyList<string> Only, (long First, long Last)? Sequence, long? View, string? Text)
{
    private static readonly string[] OfMessages = ["-sent", "-accepted", "-deferred", "-received"];

    /// <summary>Everything.</summary>
    public static TransitionFilter Everything { get; } = new([], null, null, null);

    /// <summary>The names that <c>--only</c> takes.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. EventLog.Codec.Names.Events.All,
        .. EventLog.Codec.Names.Messages.All,
        .. EventLog.Codec.Names.RecordTypes.Concat([RecordTypes.RefusalsCounted, RecordTypes.SnapshotTaken]).Select(WithoutVersion).Distinct(),
        "refused",
    ];

    /// <summary>Reads the options of the command line.</summary>
    /// <exception cref="CommandException">A name that there is not, or a range that is none.</exception>
    public static TransitionFilter Parse(string? only, string? sequence, long? view, string? text)
    {
        var names = (only ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var name in names)
        {
            if (!Names.Contains(name)) throw Wrong($"--only {name}: there is nothing of this name{DidYouMean.Among(Names, name)}; 'pbft explain' lists all names");
        }

        if (view < 0) throw Wrong($"--view {view}: views are numbered from 0");
        return new TransitionFilter(names, sequence is null ? null : Range(sequence), view, text);
    }

    /// <summary>Whether a transition is shown.</summary>
    /// <param name="transition">The transition.</param>
    /// <param name="recordType">The type of its record.</param>
    public bool Takes(Transition transition, string recordType) =>
        (Only.Count == 0 || Only.Any(name => IsAbout(name, transition, recordType)))
        && (Sequence is not { } range || (transition.Place is { } n && n.Value >= range.First && n.Value <= range.Last))
        && (View is not { } view || transition.View.Value == view)
        && (Text is null || transition.Text.Contains(Text, StringComparison.OrdinalIgnoreCase));

    private static bool IsAbout(string name, Transition transition, string recordType) =>
        transition.Name == name || WithoutVersion(recordType) == name || OfMessages.Any(suffix => transition.Name == name + suffix);

    private static string WithoutVersion(string type) => type[..type.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>A range of sequence numbers from the command line; all if none is named.</summary>
    /// <exception cref="CommandException">It is no range.</exception>
    public static (long First, long Last) RangeOf(string? text) => text is null ? (0, long.MaxValue) : Range(text);

    private static (long First, long Last) Range(string text)
    {
        var ends = text.Split("..");
        if (ends.Length is 1 or 2 && TryNumber(ends[0], out var first) && TryNumber(ends[^1], out var last))
        {
            return first <= last ? (first, last) : throw Wrong($"--seq {text}: the range is reversed; the smaller number comes first: {last}..{first}");
        }

        throw Wrong($"--seq {text}: it is a sequence number or a range such as 10..20");
    }

    private static bool TryNumber(string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static CommandException Wrong(string message) => new(ExitCodes.Usage, message);
}
