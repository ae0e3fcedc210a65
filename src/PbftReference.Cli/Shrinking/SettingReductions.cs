namespace PbftReference.Cli.Shrinking;

/// <summary>Plainer settings: what only made more happen is switched off.</summary>
internal static class SettingReductions
{
    public static void Reduce(ScenarioShrinker shrinker)
    {
        var c = shrinker.Best.Options.Configuration;
        if (shrinker.Best.Options.Outstanding > 1) shrinker.Try(o => o with { Outstanding = 1 });
        if (shrinker.Best.Options.ThinkTime > 0) shrinker.Try(o => o with { ThinkTime = 0 });
        if (c.BatchSize > 1) shrinker.Try(o => o with { Configuration = o.Configuration with { BatchSize = 1 } });
        if (c.ViewChangePeriod > 0) shrinker.Try(o => o with { Configuration = o.Configuration with { ViewChangePeriod = 0 } });
        if (c.NullRequestTimeout > 0) shrinker.Try(o => o with { Configuration = o.Configuration with { NullRequestTimeout = 0 } });
    }
}
