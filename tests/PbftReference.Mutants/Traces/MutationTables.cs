using System.Globalization;

namespace PbftReference.Mutants.Traces;

/// <summary>The tables, at most 80 columns wide.</summary>
internal static class MutationTables
{
    private const int Width = 80;

    private static readonly Mutation[] Kinds = Enum.GetValues<Mutation>();

    private static readonly Fate[] Found = [Fate.Unreadable, Fate.Alone, Fate.Join, Fate.LockStep, Fate.Undetermined, Fate.Heads, Fate.Survived, Fate.Broken];

    /// <summary>All tables.</summary>
    public static IEnumerable<string> Lines(MutationTable table) =>
    [
        "What became of the mutants, and how many of 100 were found:", "",
        .. Fates(table), "",
        "By what was done: mutants, and how many of 100 were found:", "",
        .. Mutations(table), "",
        "Survivors by reason:", "",
        .. Reasons(table), "",
        "Survivors by class and reason:", "",
        .. ReasonsByClass(table), "",
        "Found by:", "",
        .. Guards(table),
    ];

    private static IEnumerable<string> Fates(MutationTable table)
    {
        yield return Row("", ["made", "unread", "alone", "join", "lock", "undet", "heads", "alive", "broke", "found"], 5);
        foreach (var (name, of) in Classes(table)) yield return Row(name, [Text(of.Count), .. Found.Select(fate => Text(of.Count(one => one.Outcome.Fate == fate))), Rate(of)], 5);
    }

    private static IEnumerable<string> Mutations(MutationTable table)
    {
        yield return Row("", Kinds.Select(kind => kind == Mutation.Duplicate ? "twice" : Lower(kind)), 7);
        foreach (var (name, of) in Classes(table)) yield return Row(name, Kinds.Select(kind => Cell([.. of.Where(one => one.Kind == kind)])), 7);
    }

    private static IEnumerable<string> Reasons(MutationTable table)
    {
        yield return Row("", [.. Kinds.Select(kind => kind == Mutation.Duplicate ? "twice" : Lower(kind)), "all"], 6);
        foreach (var reason in SurvivalReason.All)
        {
            var of = table.All.Where(one => one.Outcome.Reason == reason).ToList();
            if (of.Count > 0) yield return Row(reason.Name, [.. Kinds.Select(kind => Text(of.Count(one => one.Kind == kind))), Text(of.Count)], 6);
        }
    }

    private static IEnumerable<string> ReasonsByClass(MutationTable table)
    {
        foreach (var (name, of) in Classes(table).SkipLast(1))
        {
            var reasons = of.Where(one => one.Outcome.Fate == Fate.Survived).GroupBy(one => one.Outcome.Reason?.Name ?? "none").OrderByDescending(group => group.Count());
            foreach (var line in Wrapped($"{name}:", reasons.Select(group => $"{group.Key} {group.Count()}"))) yield return line;
        }
    }

    private static IEnumerable<string> Guards(MutationTable table) =>
        table.All.Where(one => one.Outcome.Fate is Fate.Alone or Fate.Join or Fate.LockStep or Fate.Heads)
            .GroupBy(one => one.Outcome.By).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Row(group.Key, [Text(group.Count())], 6));

    private static IEnumerable<(string Name, List<JudgedMutant> Of)> Classes(MutationTable table) =>
    [
        .. table.All.GroupBy(one => one.Class).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key, group.ToList())),
        ("all", table.All.ToList()),
    ];

    private static string Row(string name, IEnumerable<string> cells, int width) => $"{name,-23} {string.Join(' ', cells.Select(cell => cell.PadLeft(width)))}".TrimEnd();

    private static string Cell(List<JudgedMutant> of) => of.Count == 0 ? "-" : $"{Text(of.Count)}:{Rate(of)}";

    private static string Rate(List<JudgedMutant> of) =>
        Text((int)Math.Floor(100.0 * of.Count(one => one.Outcome.Fate is not (Fate.Survived or Fate.Broken)) / of.Count));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Lower(Mutation kind) => kind.ToString().ToLowerInvariant();

    private static IEnumerable<string> Wrapped(string head, IEnumerable<string> parts)
    {
        var line = head;
        foreach (var part in parts)
        {
            if (line.Length + 1 + part.Length > Width)
            {
                yield return line;
                line = "   ";
            }

            line += $" {part}";
        }

        yield return line;
    }
}
