using System.Collections.Immutable;
using System.Globalization;
using PbftReference.Audit.Verification;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Verifying;

/// <summary>Reads the options of <c>pbft verify</c>.</summary>
internal static class VerifyArguments
{
    /// <summary>What <c>--faulty</c> takes for no replica at all.</summary>
    public const string Nobody = "none";

    /// <summary>The faulty replicas: those that are named, else those of the run.</summary>
    /// <exception cref="CommandException">It is empty, or a word is no replica of the cluster.</exception>
    public static ImmutableSortedSet<ReplicaId> Faulty(string? text, VerifyInput input, Terminal terminal)
    {
        if (text == Nobody) return [];
        if (text is not null) return [.. Words("--faulty", text, "replicas as in --faulty 1,2, or none for nobody").Select(word => Replica(word, input))];
        if (!input.FaultyOfRun.IsEmpty)
        {
            terminal.Note($"pbft: taken as faulty are the replicas that the run made so: {string.Join(", ", input.FaultyOfRun)}; --faulty names others, or none");
        }

        return input.FaultyOfRun;
    }

    private static ReplicaId Replica(string word, VerifyInput input)
    {
        var n = input.Genesis.Configuration.Replicas;
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < n) return new ReplicaId(number);
        throw new CommandException(ExitCodes.Usage, $"--faulty '{word}': the cluster has replicas 0 to {n - 1}; write them as in --faulty 1,2, or none for nobody");
    }

    // A variable that is not set, or a comma too many, is no list.
    private static string[] Words(string option, string text, string what)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        if (!words.Contains("")) return words;
        throw new CommandException(ExitCodes.Usage, $"{option} '{text}': {(words.All(word => word.Length == 0) ? "it is empty" : "a comma has nothing on one side")}; name {what}");
    }

    /// <summary>In how many steps a replica does what it can.</summary>
    /// <exception cref="CommandException">It is below 0.</exception>
    public static long? Within(long? steps) =>
        steps is < 0 ? throw new CommandException(ExitCodes.Usage, $"--within must be at least 0, not {steps}") : steps;

    /// <summary>A note for each option that has no effect on what is verified.</summary>
    public static IEnumerable<string> WithoutEffect(VerificationOptions options, VerifyInput input)
    {
        if (input.Foreign is not null && options.LockStep) yield return "pbft: --lock-step compares recorded states, and a trace without records holds none: it has no effect";
        if (input.Foreign is not null && options.FromSnapshot) yield return "pbft: --from-snapshot is for logs, and this trace has no records: it has no effect";
        if (input.HasStepsBesideRecords) yield return "pbft: the records of the file are judged; of the steps beside them only replica, number and kind of input are held against the records";
        if (input.Foreign is null && options.Within is not null) yield return "pbft: --within is for traces without records; a log is held to every step: it has no effect";
    }

    /// <summary>What must be seen.</summary>
    /// <exception cref="CommandException">It is not of the form, is empty, names something twice, or nothing of this name is counted.</exception>
    public static ImmutableSortedDictionary<string, long> Expected(string? text)
    {
        var expected = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        if (text is null) return expected.ToImmutable();
        foreach (var word in Words("--expect", text, "what must be seen, as in --expect 'executed>=10,view-changes>=1', or leave it out"))
        {
            var parts = word.Split(">=", 2);
            if (parts.Length != 2 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var least))
            {
                throw new CommandException(ExitCodes.Usage, $"--expect '{word}' is not of the form NAME>=COUNT, as in --expect 'executed>=10,view-changes>=1' (in quotes, since > is the shell's)");
            }

            if (!Counts.Names.Contains(parts[0]))
            {
                throw new CommandException(ExitCodes.Usage, $"--expect '{word}': nothing is counted as '{parts[0]}'{(DidYouMean.Among(Counts.Names, parts[0]) is { Length: > 0 } near ? near : ".")} There are: {string.Join(", ", Counts.Names)}");
            }

            if (!expected.TryAdd(parts[0], least)) throw new CommandException(ExitCodes.Usage, $"--expect '{text}': '{parts[0]}' stands there twice; say once how many are expected");
        }

        return expected.ToImmutable();
    }
}
