namespace PbftReference.Simulation.Byzantine;

/// <summary>The behaviours by name.</summary>
public static class ByzantineBehaviours
{
    private static readonly SortedDictionary<string, Func<SeededRandom, ByzantineBehaviour>> Makers = new(StringComparer.Ordinal)
    {
        ["accomplice"] = _ => new Accomplice(),
        ["amnesia"] = random => new Amnesia(random),
        ["bad-new-view"] = random => new BadNewView(random),
        ["betray-new-view"] = _ => new BetrayNewView(),
        ["conflicting-checkpoints"] = random => new ConflictingCheckpoints(random),
        ["corrupt-pages"] = random => new CorruptPages(random),
        ["equivocate"] = random => new Equivocate(random),
        ["forge-certificates"] = random => new ForgeCertificates(random),
        ["forge-sender"] = random => new ForgeSender(random),
        ["lie-view-change"] = random => new LieViewChange(random),
        ["nonsense"] = random => new Nonsense(random),
        ["omit-view-change"] = _ => new OmitViewChange(),
        ["primary-prepares"] = random => new PrimaryPrepares(random),
        ["replay"] = random => new Replay(random),
        ["silent"] = _ => new Silent(),
        ["slow-primary"] = random => new SlowPrimary(random),
        ["twins"] = random => new Twins(random),
        ["twins-apart"] = random => new TwinsApart(random),
        ["two-new-views"] = random => new TwoNewViews(random),
        ["usurp"] = random => new Usurp(random),
        ["vote-for-everything"] = _ => new VoteForEverything(),
        ["wrong-digest"] = random => new WrongDigest(random),
        ["wrong-replies"] = random => new WrongReplies(random),
    };

    // Parts in a plot: they need a scripted partition, or each other, and are for scenarios. A fuzzed seed gives the run that it always gave.
    private static readonly SortedSet<string> Plots = new(StringComparer.Ordinal) { "accomplice", "amnesia", "betray-new-view", "twins-apart" };

    /// <summary>The names, in order.</summary>
    public static IReadOnlyList<string> Names => [.. Makers.Keys];

    /// <summary>The names of those that need no plan, in order: the ones that fuzzing draws.</summary>
    public static IReadOnlyList<string> Drawn => [.. Makers.Keys.Where(name => !Plots.Contains(name))];

    /// <summary>A behaviour; several at once are joined by '+', and what the first sends passes through the second.</summary>
    /// <param name="name">A name, or names such as <c>equivocate+omit-view-change</c>.</param>
    /// <param name="random">Its chance.</param>
    /// <exception cref="ArgumentException">No behaviour has this name.</exception>
    public static ByzantineBehaviour Create(string name, SeededRandom random)
    {
        var parts = name.Split('+');
        if (parts.Length == 1) return One(name, random);
        return new Combined(name, [.. parts.Select((part, i) => One(part, random.Fork($"part {i}")))]);
    }

    private static ByzantineBehaviour One(string name, SeededRandom random) => Makers.TryGetValue(name, out var make)
        ? make(random)
        : throw new ArgumentException($"there is no behaviour '{name}'; there are {string.Join(", ", Makers.Keys)}, and several joined by '+'");
}
