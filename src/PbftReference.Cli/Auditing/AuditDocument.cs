using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Audit.Accountability;
using PbftReference.EventLog.Integrity;

namespace PbftReference.Cli.Auditing;

/// <summary>An audit, for programs: all that people are told.</summary>
internal static class AuditDocument
{
    /// <summary>The schema of the document.</summary>
    public const string Schema = "pbft.audit/1";

    /// <summary>Writes the document; the places one after the other, since there may be many.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="found">What was found.</param>
    /// <param name="code">The exit code of the command.</param>
    /// <param name="range">The places that are written; null for no <c>places</c>.</param>
    /// <param name="files">The files of evidence that were written, by what they prove.</param>
    public static void Write(TextWriter output, AuditFindings found, int code, (long First, long Last)? range, IReadOnlyDictionary<Accusation, string> files)
    {
        var report = found.Report;
        using (var json = new JsonTextWriter(output) { Formatting = Formatting.Indented, CloseOutput = false })
        {
            json.WriteStartObject();
            foreach (var property in Verdict(found, code, files).Properties()) property.WriteTo(json);
            if (range is { } shown) WriteArray(json, "places", AuditOutput.Places(report, shown).Select(Place));
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

    private static JObject Verdict(AuditFindings found, int code, IReadOnlyDictionary<Accusation, string> files) => new()
    {
        ["schema"] = Schema,
        ["exitCode"] = code,
        ["undetermined"] = found.IsUndetermined,
        ["records"] = AuditOutput.Number(found.Report.Records),
        ["statements"] = AuditOutput.Number(found.Report.Statements),
        ["forged"] = AuditOutput.Number(found.Report.Forged),
        ["accusations"] = new JArray(found.Report.Accusations.Select(a => new JObject
        {
            ["replica"] = a.Accused.Value,
            ["offence"] = Commands.LogVerifyCommand.Words(a.Offence),
            ["first"] = AuditOutput.What(a.First),
            ["second"] = AuditOutput.What(a.Second),
            ["evidence"] = files.GetValueOrDefault(a),
        })),
        ["conflicts"] = new JArray(found.Report.Conflicts.Select(c => new JObject
        {
            ["sequenceNumber"] = AuditOutput.Number(c.Place.Value),
            ["decided"] = new JArray(new JObject { ["replica"] = c.One.Value, ["batch"] = c.OneBatch.ToString() }, new JObject { ["replica"] = c.Other.Value, ["batch"] = c.OtherBatch.ToString() }),
            ["missing"] = new JArray(c.Missing.Select(m => m.NewView.ToString())),
        })),
        ["gaps"] = new JArray(found.Report.Gaps),
        ["otherGenesis"] = new JArray(found.Report.Foreign.Select(replica => replica.Value)),
        ["readAgain"] = found.Report.WhyAgain,
        ["integrity"] = new JObject { ["verdict"] = AuditOutput.Words(found.Integrity.Verdict), ["findings"] = new JArray(found.Integrity.Findings.Select(Finding)) },
        ["copies"] = new JArray(found.Copies.Select(copy => new JObject { ["place"] = copy.Place, ["stream"] = copy.Stream, ["verdict"] = AuditOutput.Words(copy.Verdict), ["explanation"] = copy.Explanation })),
    };

    private static JObject Finding(IntegrityFinding finding) => new()
    {
        ["stream"] = finding.Stream,
        ["revision"] = AuditOutput.Number(finding.Revision),
        ["kind"] = finding.Kind.ToString(),
        ["verdict"] = AuditOutput.Words(finding.Verdict),
        ["explanation"] = finding.Explanation,
    };

    private static JObject Place(PlaceHistory place) => new()
    {
        ["sequenceNumber"] = AuditOutput.Number(place.Place.Value),
        ["batches"] = new JArray(place.Batches.Select(b => b.IsNone ? null : b.ToString())),
        ["replicas"] = new JArray(place.Replicas.Select(r => new JObject
        {
            ["replica"] = r.Key.Value,
            ["view"] = r.Value.Committed is null ? null : AuditOutput.Number(r.Value.View.Value),
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
        ["view"] = AuditOutput.Number(view.View.Value),
        ["primary"] = history.PrimaryOf(view.View).Value,
        ["entered"] = new JArray(view.Entered.Select(e => new JObject { ["replica"] = e.Key.Value, ["when"] = Of(e.Value) })),
        ["asked"] = new JArray(view.Asked.Select(a => new JObject { ["replica"] = a.Key.Value, ["when"] = Of(a.Value.When), ["reason"] = EventLog.Codec.Names.ViewChangeReasons.Of(a.Value.Reason) })),
        ["newView"] = new JArray(view.NewView.Select(r => r.Value)),
        ["carried"] = new JArray(view.Carried.Select(c => new JObject { ["sequenceNumber"] = AuditOutput.Number(c.SequenceNumber.Value), ["batch"] = c.BatchDigest.IsNone ? null : c.BatchDigest.ToString() })),
        ["decided"] = view.Decided,
        ["steps"] = AuditOutput.Number(view.Steps),
        ["stepsWithoutProgress"] = AuditOutput.Number(view.StepsWithoutProgress),
        ["stepsSinceProgress"] = AuditOutput.Number(view.StepsSinceProgress),
    };

    private static JObject? Of(When? when) => when is { } w ? new JObject { ["revision"] = AuditOutput.Number(w.Revision), ["timeMs"] = AuditOutput.Number(w.TimeMs) } : null;
}
