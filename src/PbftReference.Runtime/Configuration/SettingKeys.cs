using System.Collections.Immutable;
using PbftReference.Consensus.Controller;
using PbftReference.Core.Types;
using PbftReference.Host.Services;
using static PbftReference.Runtime.Configuration.SettingKind;
using static PbftReference.Runtime.Configuration.SettingScope;

namespace PbftReference.Runtime.Configuration;

/// <summary>All settings: those of Fabric v0.6 under its names (<c>consensus/pbft/config.yaml</c>, <c>consensus/noops/config.yaml</c>, <c>core.yaml</c>), then ours.</summary>
public static class SettingKeys
{
    private const long Ms = ClusterConfiguration.MaxMilliseconds;

    /// <summary>All, as they are listed.</summary>
    public static ImmutableArray<SettingKey> All { get; } =
    [
        new("peer.validator.consensus.plugin", Choice, Node, "pbft", "The consensus plugin.", Choices: [.. ConsenterController.Plugins]),
        new("peer.validator.consensus.buffersize", Number, Node, "1000", "Messages that may wait for each connection before its sender waits.", 1, 1_000_000),
        new("general.mode", Choice, Agreed, "batch", "The only mode of the pbft plugin.", Choices: ["batch"]),
        new("general.N", Number, Agreed, "4", "Number of replicas n.", 1, ClusterConfiguration.MaxReplicas),
        new("general.f", Number, Agreed, "1", "Faulty replicas to tolerate; n must be at least 3f+1.", 0, ClusterConfiguration.MaxReplicas),
        new("general.K", Number, Agreed, "10", "Places between checkpoints.", 1, ClusterConfiguration.MaxLogWindow),
        new("general.logmultiplier", Number, Agreed, "4", "The log window is L = K x this.", 2, ClusterConfiguration.MaxLogWindow),
        new("general.batchsize", Number, Agreed, "500", "Most requests in a batch.", 1, 1_000_000),
        new("general.byzantine", Flag, Node, "false", "Misbehave on purpose: refused in a live node, 'pbft run --faulty' does it."),
        new("general.viewchangeperiod", Number, Agreed, "0", "Checkpoint periods after which the view changes on purpose; 0 is off.", 0, 1_000_000),
        new("general.timeout.batch", Duration, Agreed, "50ms", "How long the primary waits to fill a batch (Fabric: 1s).", 1, Ms),
        new("general.timeout.request", Duration, Agreed, "2s", "How long a backup waits for a request before it asks for a new view.", 2, Ms),
        new("general.timeout.viewchange", Duration, Agreed, "2s", "First wait for a new view: here that of general.timeout.request, and no other value.", 2, Ms),
        new("general.timeout.resendviewchange", Duration, Agreed, "2s", "How often a view-change is sent again.", 1, Ms),
        new("general.timeout.nullrequest", Duration, Agreed, "0ms", "An idle primary proposes the null request after this; 0ms is off.", 0, Ms),
        new("general.timeout.broadcast", Duration, Node, "1s", "Without effect: nobody waits for a broadcast here.", 1, Ms),
        new("executor.queuesize", Number, Node, "30", "Work that may wait for the executor before who asks for it waits.", 1, 1_000_000),
        new("block.size", Number, Node, "500", "noops: most transactions in a block.", 1, 1_000_000),
        new("block.wait", Duration, Node, "1s", "noops: longest wait to fill a block; a number without unit is seconds, as in Fabric.", 1, Ms) { BareSeconds = true },
        new("general.batchbytes", Size, Agreed, "256KiB", "Most bytes of operations in a batch; a single larger one is a batch by itself.", 1, 16 << 20),
        new("general.clientwindow", Number, Agreed, "64", "How far a client's timestamps may run ahead.", 1, ClusterConfiguration.MaxClientWindow),
        new("general.timeout.status", Duration, Agreed, "500ms", "How often a replica tells the others where it stands.", 1, Ms),
        new("general.timeout.transfer", Duration, Agreed, "500ms", "How long a replica waits for pages before it asks another.", 1, Ms),
        new("security.enabled", Flag, Agreed, "true", "Signatures; false is for measurements only: then nothing in a log is evidence."),
        new("general.service", Choice, Agreed, "ledger", "The replicated service.", Choices: [.. ServiceFactory.Names]),
        new("node.id", Number, Node, "", "Which replica this node is.", 0, ClusterConfiguration.MaxReplicas - 1),
        new("node.genesis", SettingKind.Path, Node, "../genesis.json", "The cluster's genesis file."),
        new("node.certificate", SettingKind.Path, Node, "certificate.pem", "The node's certificate."),
        new("node.key", SettingKind.Path, Node, "key.pem", "The node's private key."),
        new("node.log", SettingKind.Store, Node, "log.db", "The file of the replica's log, or the address of an EventStoreDB: esdb://HOST:2113."),
        new("node.ledger", SettingKind.Path, Node, "ledger.db", "The file of its blocks."),
        new("node.http", Address, Node, "127.0.0.1:0", "Where metrics and health are served; port 0 takes a free one."),
        new("node.retain", Choice, Node, "all", "What of the log is kept: all of it, or from the snapshots on.", Choices: ["all", "snapshots"]),
        new("node.snapshotafter", Number, Node, "20000", "Records after which a snapshot for recovery is written, or one for 256 bytes of state if that is more.", 1, 1_000_000_000),
        new("transport.frame.replica", Size, Node, "32MiB", "Largest frame from a replica.", 1 << 16, 1 << 30),
        new("transport.frame.client", Size, Node, "1MiB", "Largest frame from a client.", 1 << 10, 1 << 30),
        new("transport.queue.frames", Number, Node, "16384", "Most frames that wait for one peer.", 1, 10_000_000),
        new("transport.queue.bytes", Size, Node, "64MiB", "Most bytes that wait for one peer.", 1 << 16, 1L << 34),
        new("transport.timeout.handshake", Duration, Node, "5s", "How long a handshake may take.", 10, Ms),
        new("transport.timeout.stall", Duration, Node, "10s", "How long a frame that was begun may stand still.", 10, Ms),
        new("telemetry.otlp", Url, Node, "", "Where traces and metrics are exported to by OTLP over HTTP; empty is nowhere."),
        new("telemetry.sample", Number, Node, "100", "One request in so many is traced; 0 is none.", 0, 1_000_000_000),
        new("log.level", Choice, Node, "information", "Which messages the node writes.", Choices: ["debug", "information", "warning", "error"]),
    ];

    /// <summary>The setting of a name; case does not matter. Null if there is none.</summary>
    public static SettingKey? Find(string name) => All.FirstOrDefault(key => key.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
