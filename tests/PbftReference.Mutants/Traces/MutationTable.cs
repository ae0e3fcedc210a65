using System.Globalization;

namespace PbftReference.Mutants.Traces;

/// <summary>A mutant and what became of it.</summary>
internal sealed record JudgedMutant(ulong Seed, string Class, Mutation Kind, string Field, string Place, Outcome Outcome)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Class} {Kind} {Field} (seed {Seed} {Place}): {Outcome.Fate} {Outcome.By} {Outcome.Reason?.Name}";
}

/// <summary>What became of the mutants.</summary>
/// <param name="All">The mutants.</param>
internal sealed record MutationTable(IReadOnlyList<JudgedMutant> All)
{
    /// <summary>The survivors for which there is no reason, and what a judge broke over.</summary>
    public IEnumerable<JudgedMutant> Holes => All.Where(one => one.Outcome.IsHole);

    /// <summary>Mutates and judges a run.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="limits">How much of it.</param>
    public static MutationTable Of(ulong seed, MutationLimits limits)
    {
        var run = RunToMutate.Of(seed);
        var judge = new MutantJudge(run);
        return new MutationTable([.. new RecordMutations(run, limits).All().Select(mutant => Judged(seed, mutant, judge.Of(mutant)))]);
    }

    /// <summary>Mutates and judges many runs, several at a time.</summary>
    public static MutationTable Of(IEnumerable<ulong> seeds, MutationLimits limits) =>
        new([.. seeds.AsParallel().AsOrdered().Select(seed => Of(seed, limits)).AsSequential().SelectMany(table => table.All)]);

    private static JudgedMutant Judged(ulong seed, RecordMutant mutant, Outcome outcome) =>
        new(seed, mutant.Class, mutant.Kind, mutant.Field, string.Create(CultureInfo.InvariantCulture, $"replica {mutant.Replica} #{mutant.At}"), outcome);
}
