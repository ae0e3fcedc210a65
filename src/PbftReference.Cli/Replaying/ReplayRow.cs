using PbftReference.Cli.Inspect;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Host.Replay;

namespace PbftReference.Cli.Replaying;

/// <summary>What a replay of one replica's stream gave.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Report">The report; null if the stream is empty or cannot be read.</param>
/// <param name="Damage">Why it cannot be read; null if it can.</param>
/// <param name="Elapsed">Real time.</param>
internal sealed record ReplayRow(ReplicaId Replica, string Stream, ReplayReport? Report, StreamDamage? Damage, TimeSpan Elapsed)
{
    /// <summary>What this stream says for the whole.</summary>
    public int ExitCode => this switch
    {
        { Damage: { } damage } => damage.ExitCode,
        { Report: null or { Steps: 0 } } => ExitCodes.Unknown,
        { Report.Mismatch: not null } => ExitCodes.Violation,
        _ => ExitCodes.Holds,
    };

    /// <summary>Steps per second.</summary>
    public double Rate => Report is null ? 0 : Report.Steps / Math.Max(Elapsed.TotalSeconds, 0.000_001);

    /// <summary>Fingerprint of the state at the end.</summary>
    public string? Fingerprint => Report is null ? null : StateFingerprint.Of(Report.State).ToString();
}
