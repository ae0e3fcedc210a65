using System.Collections.Immutable;
using PbftReference.EventLog.Log;

namespace PbftReference.EventLog.Integrity;

/// <summary>A stream that was checked.</summary>
/// <param name="Stream">Its name.</param>
/// <param name="Records">Number of records read, blobs included.</param>
/// <param name="FirstRevision">The first revision that is not truncated.</param>
/// <param name="Head">The last record, as it says of itself; <see cref="LogPosition.Start"/> if there is none.</param>
public sealed record CheckedStream(string Stream, long Records, long FirstRevision, LogPosition Head);

/// <summary>How far a copy of a stream is as it was written.</summary>
/// <param name="First">Its first revision.</param>
/// <param name="Through">The last revision before the first damage, or the last of all; -1 for none.</param>
/// <param name="Damage">The first damage; null if there is none.</param>
public sealed record SoundPart(long First, long Through, IntegrityFinding? Damage);

/// <summary>What a check of a log found.</summary>
/// <param name="Streams">What was checked, by name.</param>
/// <param name="Findings">What is wrong, by stream and revision; empty if nothing is.</param>
public sealed record IntegrityReport(ImmutableArray<CheckedStream> Streams, ImmutableArray<IntegrityFinding> Findings)
{
    /// <summary>The worst of the findings.</summary>
    public IntegrityVerdict Verdict => Findings.IsEmpty ? IntegrityVerdict.Sound : Findings.Max(finding => finding.Verdict);

    /// <summary>The exit code of a command that checks a log: 0, 2 or 4.</summary>
    public int ExitCode => (int)Verdict;
}
