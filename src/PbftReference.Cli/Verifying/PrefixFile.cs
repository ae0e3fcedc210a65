using System.Collections.Immutable;
using PbftReference.Audit.Verification;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Trace;

namespace PbftReference.Cli.Verifying;

/// <summary>
/// The shortest failing prefix as a trace: the replica's log up to the record, for a statement that was never sent its sender's log up
/// to the record for which it is signed, and where replicas do not agree those of all. Of a log records only, byte for byte, so it can be
/// verified and imported.
/// </summary>
internal static class PrefixFile
{
    /// <summary>Writes the prefix.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static string Write(VerifyInput input, Finding finding, string file)
    {
        if (input.Foreign is { } foreign) return Write(foreign, finding, file);
        var genesis = input.Genesis;
        var streams = StreamsOf(input, finding);
        var header = new TraceHeader(
            TraceProfile.NamedNewView, TraceAuthentication.Signatures, TraceHeader.OurImplementation, genesis.Cluster, genesis.Service, genesis.Nonce,
            genesis.Configuration, streams, input.Run);
        WholeFile.Write(file, stream => TraceFile.Write(stream, header, streams.SelectMany(s => input.Store.Read(s.Stream, s.FirstRevision).TakeWhile(record => record.Revision <= s.LastRevision)).Select(record => new TraceLine(null, record))));
        return file;
    }

    private static string Write(ForeignTrace trace, Finding finding, string file)
    {
        var steps = trace.Steps.Where(step => finding.Needed.TryGetValue(step.Replica, out var last) && step.Number <= last);
        WholeFile.Write(file, stream => TraceFile.Write(stream, trace.Header, steps.Select(step => new TraceLine(step, null))));
        return file;
    }

    private static ImmutableArray<TraceStream> StreamsOf(VerifyInput input, Finding finding) =>
        [.. finding.Needed.SelectMany(needed => StreamsOf(input, needed.Key, needed.Value))];

    // Of a log whose beginning was truncated, its snapshots too: it is judged from one of them on.
    private static IEnumerable<TraceStream> StreamsOf(VerifyInput input, ReplicaId replica, long upTo)
    {
        var stream = LogStreams.OfReplica(input.Genesis.Cluster, replica);
        if (input.Store.Tail(stream) is not { } tail || tail.FirstRevision > Math.Min(upTo, tail.LastRevision)) yield break;
        yield return new TraceStream(stream, tail.FirstRevision, Math.Min(upTo, tail.LastRevision));
        var snapshots = LogStreams.OfSnapshots(input.Genesis.Cluster, replica);
        if (tail.FirstRevision > 0 && input.Store.Tail(snapshots) is { IsEmpty: false } kept) yield return new TraceStream(snapshots, kept.FirstRevision, kept.LastRevision);
    }
}
