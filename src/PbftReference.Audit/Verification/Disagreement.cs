using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PbftReference.Core.Types;

namespace PbftReference.Audit.Verification;

/// <summary>How a disagreement is told: <c>Begin</c> X here, and Y at others. <c>Why</c>, so one of the two is wrong.</summary>
/// <param name="Begin">The beginning.</param>
/// <param name="Why">Why all should be the same.</param>
internal sealed record DisagreementWords(string Begin, string Why);

/// <summary>What a replica recorded that is the same for all correct ones.</summary>
/// <param name="Digest">A digest; none if there is none.</param>
/// <param name="Results">Results; empty if it is about none.</param>
internal sealed record RecordedAnswer(Digest Digest, ImmutableArray<ImmutableArray<byte>> Results)
{
    /// <summary>Whether another is the same.</summary>
    public bool Equals(RecordedAnswer? other) => other is not null && Digest == other.Digest && FirstDifference(other) is null;

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();

    /// <summary>The first result, from 0, in which two differ; null if they don't.</summary>
    public int? FirstDifference(RecordedAnswer other)
    {
        for (var i = 0; i < Math.Max(Results.Length, other.Results.Length); i++)
        {
            if (i >= Results.Length || i >= other.Results.Length || !Results[i].AsSpan().SequenceEqual(other.Results[i].AsSpan())) return i;
        }

        return null;
    }
}

/// <summary>Something that replicas recorded differently, and who recorded what.</summary>
internal sealed class Disagreement
{
    private readonly DisagreementWords _words;
    private readonly List<Side> _sides;

    /// <summary>There is another answer than was recorded before.</summary>
    /// <param name="words">How to tell it.</param>
    /// <param name="before">What was recorded before.</param>
    /// <param name="times">How often.</param>
    public Disagreement(DisagreementWords words, RecordedAnswer before, int times) => (_words, _sides) = (words, [new Side(before) { Unnamed = times }]);

    /// <summary>The answer that stands in this reading; null in the first.</summary>
    public RecordedAnswer? Standing { get; private set; }

    /// <summary>How far each history was read when all this was recorded; what came by then was sent by then.</summary>
    public ImmutableSortedDictionary<ReplicaId, long> Reached { get; set; } = ImmutableSortedDictionary<ReplicaId, long>.Empty;

    /// <summary>Whether another answer is to stand.</summary>
    public bool IsOpen => Leading.Answer != Standing;

    private Side Leading => _sides.OrderByDescending(side => side.Count).ThenBy(side => side.First ?? int.MaxValue).First();

    /// <summary>From now on the answer of most stands.</summary>
    public void Settle()
    {
        Standing = Leading.Answer;
        // whoever it was is named in the reading that begins
        foreach (var side in _sides) side.Unnamed = 0;
        Reached = Reached.Clear();
    }

    /// <summary>A replica recorded this.</summary>
    public void Add(ReplicaId replica, long revision, RecordedAnswer answer)
    {
        var side = _sides.Find(side => side.Answer == answer);
        if (side is null) _sides.Add(side = new Side(answer));
        side.By[replica] = revision;
    }

    /// <summary>Whether a replica recorded one of the answers in a record.</summary>
    public bool IsIn(ReplicaId replica, long revision) => _sides.Exists(side => side.By.TryGetValue(replica, out var at) && at == revision);

    /// <summary>Both sides, as a replica sees it.</summary>
    public string Explain(ReplicaId replica)
    {
        var mine = _sides.Find(side => side.By.ContainsKey(replica))!;
        var others = _sides.Where(side => side != mine).OrderByDescending(side => side.Count).ToList();
        var there = string.Join(", ", others.Select(side => $"{side.Text(mine.Answer)} at {side.Who}"));
        var most = others[0].Count == mine.Count ? ", and which, nothing here tells" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{_words.Begin} {mine.Text(others[0].Answer)} here, and {there}: {mine.Count} against {string.Join(" and ", others.Select(side => side.Count))}. {_words.Why}, so one is wrong{most}");
    }

    private sealed class Side(RecordedAnswer answer)
    {
        private const int Shown = 40;

        public RecordedAnswer Answer { get; } = answer;

        public SortedDictionary<ReplicaId, long> By { get; } = [];

        // recorded by whom, is not known
        public int Unnamed { get; set; }

        public int Count => By.Count + Unnamed;

        public int? First => By.Count == 0 ? null : By.Keys.First().Value;

        public string Who => By.Count == 0
            ? "others"
            : string.Create(CultureInfo.InvariantCulture, $"{(By.Count == 1 ? "replica" : "replicas")} {string.Join(", ", By.Select(by => $"{by.Key} (#{by.Value})"))}");

        public string Text(RecordedAnswer other)
        {
            var digest = Answer.Digest.IsNone ? "no digest" : Answer.Digest.ToShortString();
            if (other.Digest != Answer.Digest || Answer.FirstDifference(other) is not { } i) return digest;
            return string.Create(CultureInfo.InvariantCulture, $"{digest} with result {i + 1} {(i < Answer.Results.Length ? Quoted(Answer.Results[i].AsSpan()) : "left out")}");
        }

        private static string Quoted(ReadOnlySpan<byte> result)
        {
            var begin = result[..Math.Min(result.Length, Shown)];
            var more = begin.Length < result.Length ? "..." : "";
            return begin.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? $"0x{Convert.ToHexStringLower(begin)}{more}" : $"\"{Encoding.ASCII.GetString(begin)}{more}\"";
        }
    }
}
