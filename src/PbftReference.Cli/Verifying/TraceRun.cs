using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Trace;
using PbftReference.Host;
using PbftReference.Runtime.Clusters;
using PbftReference.Simulation;

namespace PbftReference.Cli.Verifying;

/// <summary>What a trace's header keeps of the run beside it.</summary>
/// <param name="Genesis">The cluster, as the run has it.</param>
/// <param name="Faulty">The replicas that the run was told to make faulty.</param>
internal sealed record TraceRun(Genesis Genesis, ImmutableSortedSet<ReplicaId> Faulty)
{
    /// <summary>Reads it, and requires that the header says the same of the cluster.</summary>
    /// <param name="header">The header.</param>
    /// <param name="source">The file, for messages.</param>
    /// <returns>Null if there is nothing, or what another tool keeps there.</returns>
    /// <exception cref="LogFormatException">It cannot be read, or the header contradicts it; names the field.</exception>
    public static TraceRun? Read(TraceHeader header, string source)
    {
        if (header.Run is not { } text || Decode(header, text, $"{source}:1: at field \"run\": this") is not { } run) return null;
        run.Check(header, source);
        return run;
    }

    private static TraceRun? Decode(TraceHeader header, string text, string name)
    {
        try
        {
            if (ClusterManifest.Decode(text, name) is { } genesis) return new TraceRun(genesis, []);
            var manifest = RunDirectory.ParseManifest(text, name);
            return new TraceRun(manifest.Genesis, [.. manifest.Options.NotCorrect]);
        }
        catch (LogFormatException) when (header.Streams.IsEmpty && header.Implementation != TraceHeader.OurImplementation)
        {
            // another tool keeps there what it likes
            return null;
        }
    }

    private void Check(TraceHeader header, string source)
    {
        Same("cluster", header.Cluster, Genesis.Cluster);
        Same("service", header.Service, Genesis.Service);
        Same("nonce", $"{header.Nonce}", $"{Genesis.Nonce}");
        if (ConfigurationCodec.Difference(header.Configuration, Genesis.Configuration) is { } difference) Same($"configuration.{difference.Field}", difference.One, difference.Other);

        void Same(string field, string here, string ofRun)
        {
            if (here != ofRun) throw new LogFormatException($"{source}:1: at field \"{field}\": {here} stands there, and \"run\" in the same header says {ofRun}; put right what is wrong, or export the trace again");
        }
    }
}
