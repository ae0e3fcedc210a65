using System.Globalization;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;

namespace PbftReference.Cli.Replaying;

/// <summary>What a replay found, for people and for programs.</summary>
internal static class ReplayOutput
{
    /// <summary>The schema of the document.</summary>
    public const string Schema = "pbft.replay/1";

    /// <summary>The heading of the table.</summary>
    public static string Heading => "  replica   records/s     steps   view  executed         h  state";

    /// <summary>A replica's line.</summary>
    public static IEnumerable<string> Lines(ReplayRow row)
    {
        if (row.Damage is { } damage) return [$"  {row.Replica,7}  {(damage.Kind == StreamDamageKind.Damaged ? "CORRUPT" : "UNKNOWN")}: {damage.Why}"];
        if (row.Report is not { } report) return [$"  {row.Replica,7}  nothing is recorded"];
        var state = report.State;
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"  {row.Replica,7}  {row.Rate,10:N0}  {report.Steps,8:N0}  {state.View,5}  {state.LastExecuted,8}  {state.Low,8}  {row.Fingerprint![..16]}");
        return report.Mismatch is not { } mismatch
            ? [line]
            : [line, $"           MISMATCH in {report.Stream}, revision {mismatch.Revision}, {mismatch.Type}:", $"           {mismatch.Explanation}"];
    }

    /// <summary>The last line.</summary>
    public static string Verdict(IReadOnlyList<ReplayRow> rows, bool verify) => CodeOf(rows) switch
    {
        ExitCodes.Corrupt => "CORRUPT: a stream cannot be read; 'pbft log verify' tells what is wrong with it",
        ExitCodes.Violation => "MISMATCH: replayed, a replica does something else than recorded",
        ExitCodes.Unknown when rows.Any(row => row.Damage is { Kind: StreamDamageKind.OfLaterVersion }) => "UNKNOWN: a later version of pbft wrote a stream: replay it with that one or a later one",
        ExitCodes.Unknown when rows.Any(row => row.Damage is not null) => "UNKNOWN: this user has no permission to read a stream; nothing is said of it",
        ExitCodes.Unknown => "UNKNOWN: there is nothing to replay for some replica",
        _ => verify
            ? "holds: every step, decided again, is the recorded one, byte for byte"
            : "holds: every step folds, and the service gives the recorded states; --verify decides again, too",
    };

    /// <summary>The worst that was found.</summary>
    public static int CodeOf(IReadOnlyList<ReplayRow> rows)
    {
        foreach (var code in (int[])[ExitCodes.Corrupt, ExitCodes.Violation, ExitCodes.Unknown])
        {
            if (rows.Any(row => row.ExitCode == code)) return code;
        }

        return ExitCodes.Holds;
    }

    /// <summary>The document. Only <c>wallMs</c> differs between two replays of the same log.</summary>
    public static JObject Json(LogSource source, IReadOnlyList<ReplayRow> rows, bool verify) => new()
    {
        ["schema"] = Schema,
        ["seed"] = source.Run?.Options.Seed.ToString(CultureInfo.InvariantCulture),
        ["directory"] = source.Shown,
        ["verify"] = verify,
        ["exitCode"] = CodeOf(rows),
        ["replicas"] = new JArray(rows.Select(Json)),
    };

    private static JObject Json(ReplayRow row) => new()
    {
        ["replica"] = row.Replica.Value,
        ["stream"] = row.Stream,
        ["fault"] = row.Damage?.Why,
        ["steps"] = row.Report?.Steps,
        ["view"] = row.Report?.State.View.Value,
        ["executed"] = row.Report?.State.LastExecuted.Value,
        ["low"] = row.Report?.State.Low.Value,
        ["serviceDigest"] = row.Report?.State.ServiceDigest.ToString(),
        ["state"] = row.Fingerprint,
        ["mismatch"] = row.Report?.Mismatch is not { } mismatch
            ? null
            : new JObject { ["revision"] = mismatch.Revision, ["type"] = mismatch.Type, ["explanation"] = mismatch.Explanation },
        ["wallMs"] = (long)row.Elapsed.TotalMilliseconds,
    };
}
