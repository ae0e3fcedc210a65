using System.Globalization;
using PbftReference.Audit.Accountability;
using PbftReference.Cli.Output;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Auditing;

/// <summary>All that an audit found.</summary>
/// <param name="Report">What happened, and who is proved to have lied.</param>
/// <param name="Integrity">Whether the logs are as they were written.</param>
/// <param name="Copies">What is to be said of copies that were named.</param>
/// <param name="Genesis">The cluster.</param>
internal sealed record AuditFindings(AuditReport Report, IntegrityReport Integrity, IReadOnlyList<CopyFinding> Copies, AuditGenesis Genesis)
{
    /// <summary>The exit code that says it: 1 a conflict or a proved offence, 4 a log that is corrupt, 2 something that is missing, 0 none of these.</summary>
    public int Code => this switch
    {
        { Report: { Accusations.Count: > 0 } or { Conflicts.Count: > 0 } } => ExitCodes.Violation,
        _ when Worst == IntegrityVerdict.Corrupt => ExitCodes.Corrupt,
        { Report: { Gaps.Count: > 0 } or { Foreign.Count: > 0 } or { Records: 0 } } => ExitCodes.Unknown,
        _ => Worst == IntegrityVerdict.Sound ? ExitCodes.Holds : ExitCodes.Unknown,
    };

    /// <summary>Whether replicas decided differently and the logs do not tell who is to blame.</summary>
    public bool IsUndetermined => Report.IsUndetermined(Genesis.Genesis.Configuration.WeakQuorum);

    private IntegrityVerdict Worst => Copies.Select(copy => copy.Verdict).Append(Integrity.Verdict).Max();
}

/// <summary>An audit, for people.</summary>
internal static class AuditOutput
{
    private const int ShownGaps = 20;
    private const string BeforeCommand = "  pbft audit --check-evidence ";

    private static readonly string[] PlaceColumns = ["n", "batch", "view", "prepared", "decided", "executed", "checkpoint", "by"];

    private static readonly string[] ViewColumns = ["view", "primary", "entered", "asked", "new-view", "carried", "decided", "idle", "stuck"];

    /// <summary>The tables.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="range">The places that are shown; null for no table of places.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static IEnumerable<string> Tables(AuditReport report, (long First, long Last)? range, int width)
    {
        if (range is { } shown)
        {
            if (Places(report, shown).Any()) foreach (var line in TextTable.LinesOfMany(PlaceColumns, () => Places(report, shown).Select(Row), width)) yield return line;
            else yield return NoPlace(report, shown);
            yield return "";
        }

        foreach (var line in TextTable.Lines(ViewColumns, report.History.Views.Values.Select(v => Row(v, report.History)), width)) yield return line;
        yield return "";
    }

    private static string NoPlace(AuditReport report, (long First, long Last) range)
    {
        var wanted = range == (0, long.MaxValue) ? "" : range.First == range.Last ? $" {range.First}" : range.Last == long.MaxValue ? $" from {range.First} on" : $" from {range.First} to {range.Last}";
        return report.Places.Count == 0 ? $"no place{wanted}: the logs tell of none" : $"no place{wanted}: the logs tell of {report.Places.First().Place} to {report.Places.Last().Place}";
    }

    /// <summary>The sentences below the tables.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="files">The files of evidence that were written, by what they prove.</param>
    public static IEnumerable<string> Lines(AuditFindings found, IReadOnlyDictionary<Accusation, string> files)
    {
        var report = found.Report;
        foreach (var copy in found.Copies) yield return $"{(copy.Verdict == IntegrityVerdict.Sound ? "copy" : Words(copy.Verdict))}: {copy.Place}{(copy.Stream is null ? " was left out" : $", {copy.Stream}, was not taken")}: {copy.Explanation}";
        foreach (var finding in found.Integrity.Findings) yield return $"{Words(finding.Verdict)}: {finding.Stream} at #{finding.Revision}: {finding.Explanation}";
        if (report.Foreign.Count > 0) yield return Line(report.Foreign, found.Genesis.Name);
        foreach (var gap in report.Gaps.Take(ShownGaps)) yield return $"gap: {gap}";
        if (report.Gaps.Count > ShownGaps) yield return $"... and {report.Gaps.Count - ShownGaps} more; --json lists all";
        if (report.Forged > 0) yield return $"made up: {report.Forged} statements in the logs have signatures that do not hold, and count for nothing";
        foreach (var conflict in report.Conflicts) yield return Line(conflict);
        foreach (var accusation in report.Accusations)
        {
            yield return Line(accusation);
            if (files.TryGetValue(accusation, out var file)) yield return $"{BeforeCommand}{ShellWord.Of(file)}";
        }

        yield return Summary(found);
    }

    /// <summary>Whether a line is a command, which is not to be broken.</summary>
    /// <param name="line">One of <see cref="Lines"/>.</param>
    public static bool IsCommand(string line) => line.StartsWith(BeforeCommand, StringComparison.Ordinal);

    /// <summary>A verdict in words.</summary>
    public static string Words(IntegrityVerdict verdict) => verdict.ToString().ToLowerInvariant();

    /// <summary>The places of a range.</summary>
    public static IEnumerable<PlaceHistory> Places(AuditReport report, (long First, long Last) range) => report.Places.Where(p => p.Place.Value >= range.First && p.Place.Value <= range.Last);

    private static string Summary(AuditFindings found)
    {
        var report = found.Report;
        var read = string.Create(CultureInfo.InvariantCulture, $"{report.Records:N0} records, {report.Statements:N0} signed statements");
        if (found.IsUndetermined) return $"undetermined: replicas decided differently, and these logs do not prove who is to blame ({read}); add what is missing";
        if (report.Accusations.Count > 0) return $"guilty: {string.Join(", ", report.Guilty.Select(replica => $"replica {replica}"))}; nobody else is accused ({read})";
        return found.Code == ExitCodes.Holds ? $"nobody is accused, and all decided the same ({read})" : $"nobody is accused, as far as these logs tell ({read})";
    }

    private static string Line(IReadOnlyList<ReplicaId> foreign, string genesis) =>
        $"other genesis? of the signatures in the log of replica {string.Join(", ", foreign)} that were looked at, none holds under {genesis}. If that is the genesis of another cluster, or was "
        + "changed (its random, its configuration or a member's key), name the right genesis.json by --genesis; if it is the right one, whoever wrote the log made them up";

    private static string Line(Conflict conflict)
    {
        var missing = conflict.Missing.Count == 0 ? "the evidence about it is closed" : $"missing: new-view {string.Join(", ", conflict.Missing.Select(m => $"{m.NewView.ToShortString()}, named by replica {m.NamedBy}"))}";
        return $"CONFLICT at {conflict.Place}: replica {conflict.One} decided {Batch(conflict.OneBatch)}, replica {conflict.Other} {Batch(conflict.OtherBatch)}; {missing}";
    }

    private static string Line(Accusation accusation) =>
        $"GUILTY replica {accusation.Accused}: {Commands.LogVerifyCommand.Words(accusation.Offence)}, by {What(accusation.First)}"
        + (ReferenceEquals(accusation.First, accusation.Second) ? "" : $" and {What(accusation.Second)}");

    /// <summary>A statement in few words.</summary>
    public static string What(SignedStatement said) => said.Statement switch
    {
        PrePrepare m => $"pre-prepare v={m.View} n={m.SequenceNumber} d={Batch(m.BatchDigest)}",
        Prepare m => $"prepare v={m.View} n={m.SequenceNumber} d={Batch(m.BatchDigest)}",
        Commit m => $"commit v={m.View} n={m.SequenceNumber} d={Batch(m.BatchDigest)}",
        Checkpoint m => $"checkpoint n={m.SequenceNumber} d={m.StateDigest.ToShortString()}",
        ViewChange m => $"view-change v={m.NewView} ({m.StatementDigest.ToShortString()})",
        NewView m => $"new-view v={m.View} ({m.StatementDigest.ToShortString()})",
        var other => other.Kind.ToString(),
    };

    private static string[] Row(PlaceHistory place)
    {
        var decided = place.Replicas.Where(r => r.Value.Committed is not null).ToList();
        var by = decided.FirstOrDefault(r => r.Value.Committers.Count > 0).Value?.Committers ?? [];
        return
        [
            place.Place.ToString(), place.Batches.Count == 0 ? "-" : string.Join("|", place.Batches.Select(Batch)), decided.Count == 0 ? "-" : string.Join("|", decided.Select(r => r.Value.View.Value).Distinct().Order()),
            Who(place, r => r.Prepared is not null), Who(place, r => r.Committed is not null), Who(place, r => r.Executed is not null), Who(place, r => r.Checkpoint is not null),
            Many(by),
        ];
    }

    private static string[] Row(ViewHistory view, History history) =>
    [
        view.View.ToString(), $"r{history.PrimaryOf(view.View)}", Many(view.Entered.Keys), Many(view.Asked.Keys), Many(view.NewView),
        Carried(view.Carried), view.Decided.ToString(CultureInfo.InvariantCulture),
        $"{Number(view.StepsWithoutProgress)}/{Number(view.Steps)}", Number(view.StepsSinceProgress),
    ];

    private static string Carried(IReadOnlyList<CarriedOver> carried) => carried switch
    {
        [] => "-",
        [var only] => only.SequenceNumber.ToString(),
        [var first, .., var last] => $"{first.SequenceNumber}-{last.SequenceNumber}",
    };

    private static string Who(PlaceHistory place, Func<PlaceAtReplica, bool> did) => Many(place.Replicas.Where(r => did(r.Value)).Select(r => r.Key));

    private static string Many(IEnumerable<ReplicaId> replicas) => TransitionLine.Replicas(replicas) is var text && text == "none" ? "-" : text;

    private static string Batch(Digest digest) => digest.IsNone ? "null" : digest.ToShortString();

    /// <summary>A number in digits.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
