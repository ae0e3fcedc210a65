using System.Globalization;
using System.Text.RegularExpressions;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Faults;

/// <summary>
/// A partition that is planned, not drawn: from one moment to another only replicas on one side reach each other. A replica may stand on
/// several sides, as one does that has a link to both; it carries nothing over by itself. Clients reach everybody.
/// </summary>
/// <param name="Sides">Who stands on which side.</param>
/// <param name="From">When it begins, in virtual milliseconds.</param>
/// <param name="To">When it ends.</param>
public sealed partial record ScriptedPartition(IReadOnlyList<IReadOnlyList<ReplicaId>> Sides, long From, long To)
{
    /// <summary>Reads <c>0,1,2|1,2,3@500-4000</c>.</summary>
    /// <param name="text">The sides, and from when to when in milliseconds.</param>
    /// <exception cref="FormatException">It is not of this form; says what is.</exception>
    public static ScriptedPartition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Form().Match(text);
        if (!match.Success || !TryNumber(match, "from", out var from) || !TryNumber(match, "to", out var to))
        {
            throw new FormatException($"'{text}' is not of the form SIDE|SIDE@FROM-TO, as in 0,1|2,3@500-4000: the replicas of each side, and from when to when in milliseconds");
        }

        if (from >= to) throw new FormatException($"'{text}' ends at {to} ms, which is not after {from} ms");
        return new ScriptedPartition([.. match.Groups["sides"].Value.Split('|').Select(Side)], from, to);
    }

    /// <summary>In the form that <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{string.Join('|', Sides.Select(side => string.Join(',', side)))}@{From}-{To}");

    private static IReadOnlyList<ReplicaId> Side(string text) => [.. text.Split(',').Select(id => new ReplicaId(int.Parse(id, CultureInfo.InvariantCulture))).Distinct().Order()];

    private static bool TryNumber(Match match, string group, out long value) =>
        long.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    [GeneratedRegex(@"\A(?<sides>[0-9]{1,9}(,[0-9]{1,9})*(\|[0-9]{1,9}(,[0-9]{1,9})*)+)@(?<from>[0-9]{1,12})-(?<to>[0-9]{1,12})\z")]
    private static partial Regex Form();
}
