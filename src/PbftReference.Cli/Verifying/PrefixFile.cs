using System.Collections.Immutable;
using PbftReference.Audit.Verification;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Trace;

namespace PbftReference.Cli.Verifying;

/// <summary>
/// The shortest failing prefix as a trace: the replica's log up to the record, and for a statement that was never sent its sender's log up
/// to the record for which it is signed. Records only, byte for byte, so it can be verified and imported.
/// </summary>
internal static class PrefixFile
{
    /// <summary>Next to what was verified.</summary>
    public static string DefaultName(string source) => Path.TrimEndingDirectorySeparator(source) + ".violation.jsonl";

    /// <summary>Writes the prefix.</summary>
    /// <returns>The file.</returns>
    public static string Write(VerifyInput input, Finding finding, string file)
    {
        if (input.Foreign is { } foreign) return Write(foreign, finding, file);
        var genesis = input.Genesis;
        var streams = StreamsOf(input, finding);
        var header = new TraceHeader(
            TraceProfile.NamedNewView, TraceAuthentication.Signatures, "pbft-reference", genesis.Cluster, genesis.Service, genesis.Nonce,
            genesis.Configuration, streams, input.Run);
        using var stream = new BufferedStream(File.Create(file));
        TraceFile.Write(stream, header, streams.SelectMany(s => input.Store.Read(s.Stream, 0, s.LastRevision + 1)).Select(record => new TraceLine(null, record)));
        return file;
    }

    private static string Write(ForeignTrace trace, Finding finding, string file)
    {
        // What was never sent is missing in the whole of its sender's history, and that waits for what the other sent.
        var steps = finding.Sender is { } sender
            ? trace.Steps.Where(step => step.Replica == finding.Replica || step.Replica == sender)
            : trace.Steps.Where(step => step.Replica == finding.Replica && step.Number <= finding.Revision);
        using var stream = new BufferedStream(File.Create(file));
        TraceFile.Write(stream, trace.Header, steps.Select(step => new TraceLine(step, null)));
        return file;
    }

    private static ImmutableArray<TraceStream> StreamsOf(VerifyInput input, Finding finding)
    {
        var failing = new TraceStream(finding.Stream, 0, finding.Revision);
        if (finding.Sender is not { } sender || sender == finding.Replica) return [failing];
        var stream = LogStreams.OfReplica(input.Genesis.Cluster, sender);
        var last = input.Store.Tail(stream)!.LastRevision;
        var upTo = finding.SignedAt < 0 ? last : Math.Min(last, finding.SignedAt);
        return upTo < 0 ? [failing] : [failing, new TraceStream(stream, 0, upTo)];
    }
}
