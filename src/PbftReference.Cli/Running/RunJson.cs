using System.Globalization;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Output;
using PbftReference.Cli.Commands;
using PbftReference.EventLog.Codec;

namespace PbftReference.Cli.Running;

/// <summary>A run's result for programs: one document, schema <c>pbft.run-result/1</c>, fields in a fixed order.</summary>
internal static class RunJson
{
    /// <summary>The schema.</summary>
    public const string Schema = "pbft.run-result/1";

    /// <summary>The document. Only <c>wallMs</c> and <c>version</c> differ between two runs of the same seed.</summary>
    public static JObject Of(RunResult result)
    {
        var (plan, outcome, statistics, story) = (result.Plan, result.Outcome, result.Statistics, result.Story);
        return new JObject
        {
            ["schema"] = Schema,
            ["seed"] = plan.Options.Seed.ToString(CultureInfo.InvariantCulture),
            ["reproduce"] = plan.Reproduce,
            ["version"] = VersionCommand.Version,
            ["directory"] = plan.Directory,
            ["exitCode"] = result.ExitCode,
            ["safe"] = outcome.Safe,
            ["completed"] = outcome.Completed,
            ["interrupted"] = result.Interrupted,
            ["violations"] = new JArray(outcome.Violations.Select(v => new JObject { ["property"] = v.Property, ["description"] = v.Description, ["timeMs"] = v.Time })),
            ["replicas"] = plan.Options.Configuration.Replicas,
            ["faultsTolerated"] = plan.Options.Configuration.Faults,
            ["faulty"] = new JArray(plan.Options.Faulty.Select(f => $"{f.Replica}:{f.Behaviour}")),
            ["faultyBefore"] = plan.Options.FaultyBefore.Count == 0 ? null : new JArray(plan.Options.FaultyBefore.Select(id => id.Value)),
            ["service"] = plan.Options.Service,
            ["configuration"] = JObject.Parse(System.Text.Encoding.UTF8.GetString(ConfigurationCodec.Encode(plan.Manifest.Genesis.Configuration))),
            ["operations"] = outcome.Operations,
            ["accepted"] = outcome.Accepted,
            ["acceptedBefore"] = result.DoneBefore,
            ["view"] = outcome.View.Value,
            ["viewChanges"] = story.ViewChanges,
            ["crashes"] = story.Crashes,
            ["restarts"] = statistics.Restarts,
            ["transfers"] = story.Transfers,
            ["nullRequests"] = story.NullRequests,
            ["stableCheckpoint"] = story.LastStable.Value,
            ["records"] = result.Records,
            ["steps"] = statistics.Steps,
            ["framesSent"] = result.Frames.Sent,
            ["framesLost"] = result.Frames.Lost,
            ["faultSpells"] = Counts(outcome.Faults),
            ["events"] = Counts(statistics.Events),
            ["refusals"] = Counts(statistics.Refusals),
            ["viewChangeReasons"] = Counts(statistics.ViewChangeReasons),
            ["dropped"] = Counts(statistics.Drops),
            ["story"] = new JArray(story.Happenings.Select(h => new JObject { ["timeMs"] = h.Time, ["text"] = h.Text })),
            ["simulatedMs"] = outcome.Milliseconds,
            ["wallMs"] = (long)result.Elapsed.TotalMilliseconds,
        };
    }

    private static JObject Counts<T>(IEnumerable<KeyValuePair<T, long>> counts)
        where T : notnull => new(counts.Select(count => new JProperty(LogNames.Of(count.Key), count.Value)));
}
