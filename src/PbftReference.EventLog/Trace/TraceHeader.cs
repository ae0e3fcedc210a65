using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Trace;

/// <summary>What a trace's messages carry, which decides what can be judged about it; see docs/trace-format.md.</summary>
public enum TraceProfile
{
    /// <summary>This project's: proposals and votes name the new-view that they rely on, certificates hold all votes.</summary>
    NamedNewView,

    /// <summary>The paper of 1999 as it stands: view-changes carry prepared certificates, votes name no new-view.</summary>
    Osdi99,

    /// <summary>Hyperledger Fabric v0.6: view-changes carry the sets P and Q, without proofs.</summary>
    FabricPq,
}

/// <summary>How the messages of a trace were authenticated when they were received.</summary>
public enum TraceAuthentication
{
    /// <summary>By signatures, which convince third parties.</summary>
    Signatures,

    /// <summary>By MACs, which convince the receiver only.</summary>
    Macs,

    /// <summary>Not at all: no message can be held against its sender.</summary>
    None,
}

/// <summary>A stream whose records a trace holds.</summary>
/// <param name="Stream">Its name.</param>
/// <param name="FirstRevision">The first revision that was not truncated.</param>
/// <param name="LastRevision">The last revision.</param>
public sealed record TraceStream(string Stream, long FirstRevision, long LastRevision);

/// <summary>The first line of a trace.</summary>
/// <param name="Profile">What its messages carry.</param>
/// <param name="Authentication">How they were authenticated.</param>
/// <param name="Implementation">What wrote it, for people.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Service">The name of the replicated service.</param>
/// <param name="Nonce">The cluster's number used once; <see cref="Digest.None"/> if it has none.</param>
/// <param name="Configuration">What the replicas agreed on.</param>
/// <param name="Streams">The streams whose records follow; empty if the trace holds no records.</param>
/// <param name="Run">What the exporting tool keeps beside the log, as text; null if nothing.</param>
public sealed record TraceHeader(
    TraceProfile Profile,
    TraceAuthentication Authentication,
    string Implementation,
    string Cluster,
    string Service,
    Digest Nonce,
    ClusterConfiguration Configuration,
    ImmutableArray<TraceStream> Streams,
    string? Run)
{
    /// <summary>The name and version of the format.</summary>
    public const string Schema = "pbft.trace/1";

    /// <summary>What this project's own traces name as their implementation.</summary>
    public const string OurImplementation = "pbft-reference";
}
