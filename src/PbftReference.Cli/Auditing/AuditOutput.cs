using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Audit.Accountability;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Integrity;

namespace PbftReference.Cli.Auditing;

/// <summary>An audit, for people and for programs.</summary>
internal static class AuditOutput
{
    /// <summary>The schema of the document.</summary>
    public const string Schema = "pbft.audit/1";

    private const int ShownGaps = 20;

    private static readonly string[] PlaceColumns = ["n", "batch", "view", "prepared", "decided", "executed", "checkpoint", "by"];

    private static readonly string[] ViewColumns = ["view", "primary", "entered", "asked", "new-view", "carried", "decided", "idle", "stuck"];

    /// <summary>The exit code that says it: 1 a conflict or a proved offence, 2 undetermined, 4 a log that is corrupt, 0 none of these.</summary>
    public static int CodeOf(AuditReport report, IntegrityReport integrity)
    {
        if (report.Accusations.Count > 0 || report.Conflicts.Count > 0) return ExitCodes.Violation;
        if (integrity.Verdict == IntegrityVerdict.Corrupt) return ExitCodes.Corrupt;
        return report.Gaps.Count > 0 || integrity.Verdict == IntegrityVerdict.Undetermined || report.Records == 0 ? ExitCodes.Unknown : ExitCodes.Holds;
    }

    /// <summary>The lines.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="integrity">Whether the logs are as they were written.</param>
    /// <param name="configuration">The cluster.</param>
    /// <param name="range">The places that are shown; null for no table of places.</param>
    /// <param name="files">The files of evidence that were written, by what they prove.</param>
    public static IEnumerable<string> Lines(
        AuditReport report, IntegrityReport integrity, ClusterConfiguration configuration, (long First, long Last)? range, IReadOnlyDictionary<Accusation, string> files)
    {
        if (range is { } shown)
        {
            foreach (var line in TextTable.LinesOfMany(PlaceColumns, () => Places(report, shown).Select(Row))) yield return line;
            yield return "";
        }

        foreach (var line in TextTable.Lines(ViewColumns, report.History.Views.Values.Select(v => Row(v, report.History)))) yield return line;
        yield return "";
        foreach (var finding in integrity.Findings) yield return $"{finding.Verdict.ToString().ToLowerInvariant()}: {finding.Stream} at #{finding.Revision}: {finding.Explanation}";
        foreach (var gap in report.Gaps.Take(ShownGaps)) yield return $"gap: {gap}";
        if (report.Gaps.Count > ShownGaps) yield return $"... and {report.Gaps.Count - ShownGaps} more; --json lists all";
        if (report.Forged > 0) yield return $"made up: {report.Forged} statements in the logs have signatures that do not hold, and count for nothing";
        foreach (var conflict in report.Conflicts) yield return Line(conflict);
        foreach (var accusation in report.Accusations) yield return Line(accusation, files);
        yield return Summary(report, configuration);
    }

    private static IEnumerable<PlaceHistory> Places(AuditReport report, (long First, long Last) range) => report.Places.Where(p => p.Place.Value >= range.First && p.Place.Value <= range.Last);

    private static string Summary(AuditReport report, ClusterConfiguration configuration)
    {
        var read = string.Create(CultureInfo.InvariantCulture, $"{report.Records:N0} records, {report.Statements:N0} signed statements");
        if (report.IsUndetermined(configuration.WeakQuorum)) return $"undetermined: replicas decided differently, and these logs do not prove who is to blame ({read}); add what is missing";
        if (report.Accusations.Count > 0) return $"guilty: {string.Join(", ", report.Guilty.Select(replica => $"replica {replica}"))}; nobody else is accused ({read})";
        return report.Gaps.Count == 0 ? $"nobody is accused, and all decided the same ({read})" : $"nobody is accused, as far as these logs tell ({read})";
    }

    private static string Line(Conflict conflict)
    {
        var missing = conflict.Missing.Count == 0 ? "the evidence about it is closed" : $"missing: new-view {string.Join(", ", conflict.Missing.Select(m => $"{m.NewView.ToShortString()}, named by replica {m.NamedBy}"))}";
        return $"CONFLICT at {conflict.Place}: replica {conflict.One} decided {Batch(conflict.OneBatch)}, replica {conflict.Other} {Batch(conflict.OtherBatch)}; {missing}";
    }

    private static string Line(Accusation accusation, IReadOnlyDictionary<Accusation, string> files) =>
        $"GUILTY replica {accusation.Accused}: {Commands.LogVerifyCommand.Words(accusation.Offence)}, by {What(accusation.First)}"
        + (ReferenceEquals(accusation.First, accusation.Second) ? "" : $" and {What(accusation.Second)}")
        + (files.TryGetValue(accusation, out var file) ? $"; pbft audit --check-evidence {file}" : "");

    /// <summary>A statement in few words.</summary>
    public static string What(SignedStatement said) => said.Statement switch
    {
        Core.Messages.PrePrepare m => $"pre-prepare v={m.View} n={m.SequenceNumber} d={Batch(m.BatchDigest)}",
        Core.Messages.Prepare m => $"prepare v={m.View} n={m.SequenceNumber} d={Batch(m.BatchDigest)}",
        Core.Messages.Commit m => $"commit v={m.View} n={m.SequenceNumber} d={Batch(m.BatchDigest)}",
        Core.Messages.Checkpoint m => $"checkpoint n={m.SequenceNumber} d={m.StateDigest.ToShortString()}",
        Core.Messages.ViewChange m => $"view-change v={m.NewView} ({m.StatementDigest.ToShortString()})",
        Core.Messages.NewView m => $"new-view v={m.View} ({m.StatementDigest.ToShortString()})",
        var other => other.Kind.ToString(),
    };

    private static string[] Row(PlaceHistory place)
    {
        var decided = place.Replicas.Where(r => r.Value.Committed is not null).ToList();
        var by = decided.FirstOrDefault(r => r.Value.Committers.Count > 0).Value?.Committers ?? [];
        return
        [
            place.Place.ToString(), string.Join("|", place.Batches.Select(Batch)), string.Join("|", decided.Select(r => r.Value.View.Value).Distinct()),
            Who(place, r => r.Prepared is not null), Who(place, r => r.Committed is not null), Who(place, r => r.Executed is not null), Who(place, r => r.Checkpoint is not null),
            TransitionLine.Replicas(by),
        ];
    }

    private static string[] Row(ViewHistory view, History history) =>
    [
        view.View.ToString(), $"r{history.PrimaryOf(view.View)}", Many(view.Entered.Keys), Many(view.Asked.Keys), Many(view.NewView),
        view.Carried.Count == 0 ? "-" : $"{view.Carried[0].SequenceNumber}-{view.Carried[^1].SequenceNumber}", view.Decided.ToString(CultureInfo.InvariantCulture),
        $"{Number(view.StepsWithoutProgress)}/{Number(view.Steps)}", Number(view.StepsSinceProgress),
    ];

    private static string Who(PlaceHistory place, Func<PlaceAtReplica, bool> did) => Many(place.Replicas.Where(r => did(r.Value)).Select(r => r.Key));

    private static string Many(IEnumerable<ReplicaId> replicas) => TransitionLine.Replicas(replicas) is var text && text == "none" ? "-" : text;

    private static string Batch(Digest digest) => digest.IsNone ? "null" : digest.ToShortString();

    /// <summary>Writes the document; the places one after the other, since there may be many.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="report">What was found.</param>
    /// <param name="integrity">Whether the logs are as they were written.</param>
    /// <param name="configuration">The cluster.</param>
    /// <param name="range">The places that are written; null for no <c>places</c>.</param>
    /// <param name="files">The files of evidence that were written, by what they prove.</param>
    public static void WriteDocument(
        TextWriter output, AuditReport report, IntegrityReport integrity, ClusterConfiguration configuration, (long First, long Last)? range, IReadOnlyDictionary<Accusation, string> files)
    {
        using (var json = new JsonTextWriter(output) { Formatting = Formatting.Indented, CloseOutput = false })
        {
            json.WriteStartObject();
            foreach (var property in Verdict(report, integrity, configuration, files).Properties()) property.WriteTo(json);
            if (range is { } shown) WriteArray(json, "places", Places(report, shown).Select(Place));
            WriteArray(json, "views", report.History.Views.Values.Select(v => View(v, report.History)));
            json.WriteEndObject();
        }

        output.WriteLine();
    }

    private static void WriteArray(JsonTextWriter json, string name, IEnumerable<JObject> items)
    {
        json.WritePropertyName(name);
        json.WriteStartArray();
        foreach (var item in items) item.WriteTo(json);
        json.WriteEndArray();
    }

    private static JObject Verdict(AuditReport report, IntegrityReport integrity, ClusterConfiguration configuration, IReadOnlyDictionary<Accusation, string> files) => new()
    {
        ["schema"] = Schema,
        ["exitCode"] = CodeOf(report, integrity),
        ["undetermined"] = report.IsUndetermined(configuration.WeakQuorum),
        ["records"] = Number(report.Records),
        ["statements"] = Number(report.Statements),
        ["forged"] = Number(report.Forged),
        ["accusations"] = new JArray(report.Accusations.Select(a => new JObject
        {
            ["replica"] = a.Accused.Value,
            ["offence"] = Commands.LogVerifyCommand.Words(a.Offence),
            ["first"] = What(a.First),
            ["second"] = What(a.Second),
            ["evidence"] = files.GetValueOrDefault(a),
        })),
        ["conflicts"] = new JArray(report.Conflicts.Select(c => new JObject
        {
            ["sequenceNumber"] = Number(c.Place.Value),
            ["decided"] = new JArray(new JObject { ["replica"] = c.One.Value, ["batch"] = c.OneBatch.ToString() }, new JObject { ["replica"] = c.Other.Value, ["batch"] = c.OtherBatch.ToString() }),
            ["missing"] = new JArray(c.Missing.Select(m => m.NewView.ToString())),
        })),
        ["gaps"] = new JArray(report.Gaps),
    };

    private static JObject Place(PlaceHistory place) => new()
    {
        ["sequenceNumber"] = Number(place.Place.Value),
        ["batches"] = new JArray(place.Batches.Select(b => b.IsNone ? null : b.ToString())),
        ["replicas"] = new JArray(place.Replicas.Select(r => new JObject
        {
            ["replica"] = r.Key.Value,
            ["view"] = r.Value.Committed is null ? null : Number(r.Value.View.Value),
            ["committers"] = new JArray(r.Value.Committers.Select(c => c.Value)),
            ["prepared"] = Of(r.Value.Prepared),
            ["decided"] = Of(r.Value.Committed),
            ["executed"] = Of(r.Value.Executed),
            ["transferred"] = r.Value.Transferred,
            ["checkpoint"] = Of(r.Value.Checkpoint),
        })),
    };

    private static JObject View(ViewHistory view, History history) => new()
    {
        ["view"] = Number(view.View.Value),
        ["primary"] = history.PrimaryOf(view.View).Value,
        ["entered"] = new JArray(view.Entered.Select(e => new JObject { ["replica"] = e.Key.Value, ["when"] = Of(e.Value) })),
        ["asked"] = new JArray(view.Asked.Select(a => new JObject { ["replica"] = a.Key.Value, ["when"] = Of(a.Value.When), ["reason"] = EventLog.Codec.Names.ViewChangeReasons.Of(a.Value.Reason) })),
        ["newView"] = new JArray(view.NewView.Select(r => r.Value)),
        ["carried"] = new JArray(view.Carried.Select(c => new JObject { ["sequenceNumber"] = Number(c.SequenceNumber.Value), ["batch"] = c.BatchDigest.IsNone ? null : c.BatchDigest.ToString() })),
        ["decided"] = view.Decided,
        ["steps"] = Number(view.Steps),
        ["stepsWithoutProgress"] = Number(view.StepsWithoutProgress),
        ["stepsSinceProgress"] = Number(view.StepsSinceProgress),
    };

    private static JObject? Of(When? when) => when is { } w ? new JObject { ["revision"] = Number(w.Revision), ["timeMs"] = Number(w.TimeMs) } : null;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
