using PbftReference.Consensus.Noops;
using PbftReference.Core.Types;
using PbftReference.EventLog.Snapshots;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;
using PbftReference.Runtime.Membership;
using PbftReference.Runtime.Transport;

namespace PbftReference.Runtime.Configuration;

/// <summary>The settings as a node uses them.</summary>
public static class NodeSettings
{
    // what surrounds the operations of a batch in its frame, at the least
    private const long FrameRoom = 64 << 10;

    /// <summary>What the replicas of a new cluster agree on.</summary>
    /// <exception cref="SettingException">The values do not go together.</exception>
    public static ClusterConfiguration ToClusterConfiguration(this Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.RequireTogether();
        return Configuration(settings).Validate();
    }

    /// <summary>The settings of a node of a cluster: what is agreed comes from the genesis.</summary>
    /// <exception cref="SettingException">A setting contradicts the genesis, names both values; or some do not go together.</exception>
    public static Settings Within(this Settings settings, ClusterMembers members)
    {
        settings.RequireAgreement(members);
        var effective = settings.With(Agreed(members));
        effective.RequireTogether();
        return effective;
    }

    /// <summary>What holds between settings; what holds for one alone is its bound.</summary>
    private static void RequireTogether(this Settings s)
    {
        var (n, f) = (s["general.N"], s["general.f"]);
        Require(n.Number >= (3 * f.Number) + 1, $"n must be at least 3f+1 = {(3 * f.Number) + 1}", n, f);
        var (k, multiplier) = (s["general.K"], s["general.logmultiplier"]);
        Require(k.Number * multiplier.Number <= ClusterConfiguration.MaxLogWindow, $"their product, the log window L, must be at most {ClusterConfiguration.MaxLogWindow}", k, multiplier);
        var (batch, request, viewChange) = (s["general.timeout.batch"], s["general.timeout.request"], s["general.timeout.viewchange"]);
        Require(request.Number > batch.Number, "the request timeout must exceed the batch timeout", request, batch);
        Require(viewChange.Number == request.Number, "the first wait for a new view is that for a request; set general.timeout.request alone", viewChange, request);
        foreach (var part in (Setting[])[s["general.batchbytes"], s["transport.frame.client"]])
        {
            var frame = s["transport.frame.replica"];
            Require(frame.Number >= part.Number + FrameRoom, $"a frame of a replica must hold a batch, and {SettingSyntax.Text(SettingKind.Size, FrameRoom)} more", frame, part);
        }
    }

    private static void Require(bool holds, string bound, Setting one, Setting other)
    {
        if (holds) return;
        throw new SettingException($"{Told(one)} does not go together with {Told(other)}: {bound}")
        {
            OfCommandLine = one.Source == Settings.CommandLineSource || other.Source == Settings.CommandLineSource,
        };
    }

    private static string Told(Setting setting) => $"{setting.Key.Name} = {setting.Text} (from {setting.Source})";

    private static ClusterConfiguration Configuration(Settings s) => new()
    {
        Replicas = (int)s["general.N"].Number,
        Faults = (int)s["general.f"].Number,
        CheckpointPeriod = (int)s["general.K"].Number,
        LogMultiplier = (int)s["general.logmultiplier"].Number,
        BatchSize = (int)s["general.batchsize"].Number,
        BatchBytes = (int)s["general.batchbytes"].Number,
        ClientWindow = (int)s["general.clientwindow"].Number,
        ViewChangePeriod = (int)s["general.viewchangeperiod"].Number,
        BatchTimeout = s["general.timeout.batch"].Number,
        RequestTimeout = s["general.timeout.request"].Number,
        ResendViewChangeTimeout = s["general.timeout.resendviewchange"].Number,
        NullRequestTimeout = s["general.timeout.nullrequest"].Number,
        StatusTimeout = s["general.timeout.status"].Number,
        TransferTimeout = s["general.timeout.transfer"].Number,
        InitialServiceDigest = ServiceFactory.Create(s["general.service"].Text).Digest,
    };

    /// <summary>Refuses settings that contradict the genesis.</summary>
    /// <exception cref="SettingException">Names both values.</exception>
    public static void RequireAgreement(this Settings settings, ClusterMembers members)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(members);
        var agreed = Agreed(members);
        foreach (var setting in settings.All.Where(s => s.Key.Scope == SettingScope.Agreed && !s.IsDefault))
        {
            var genesis = agreed[setting.Key.Name];
            if (setting.Key.Kind == SettingKind.Choice ? setting.Text == genesis : setting.Number == SettingSyntax.Check(setting.Key, genesis)) continue;
            throw new SettingException(
                $"{setting.Source}: {setting.Key.Name} = '{setting.Text}', and the genesis of cluster {members.Cluster} says {genesis}: all replicas must agree on it, so leave it out here")
            {
                OfCommandLine = setting.Source == Settings.CommandLineSource,
            };
        }
    }

    /// <summary>The agreed settings as the genesis has them.</summary>
    public static IReadOnlyDictionary<string, string> Agreed(ClusterMembers members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var c = members.Configuration;
        string number(long value) => SettingSyntax.Text(SettingKind.Number, value);
        string duration(long value) => SettingSyntax.Text(SettingKind.Duration, value);
        return new Dictionary<string, string>
        {
            ["general.mode"] = "batch",
            ["general.N"] = number(c.Replicas),
            ["general.f"] = number(c.Faults),
            ["general.K"] = number(c.CheckpointPeriod),
            ["general.logmultiplier"] = number(c.LogMultiplier),
            ["general.batchsize"] = number(c.BatchSize),
            ["general.viewchangeperiod"] = number(c.ViewChangePeriod),
            ["general.timeout.batch"] = duration(c.BatchTimeout),
            ["general.timeout.request"] = duration(c.RequestTimeout),
            ["general.timeout.viewchange"] = duration(c.RequestTimeout),
            ["general.timeout.resendviewchange"] = duration(c.ResendViewChangeTimeout),
            ["general.timeout.nullrequest"] = duration(c.NullRequestTimeout),
            ["general.batchbytes"] = SettingSyntax.Text(SettingKind.Size, c.BatchBytes),
            ["general.clientwindow"] = number(c.ClientWindow),
            ["general.timeout.status"] = duration(c.StatusTimeout),
            ["general.timeout.transfer"] = duration(c.TransferTimeout),
            ["security.enabled"] = members.Signatures ? "true" : "false",
            ["general.service"] = members.Service,
        };
    }

    /// <summary>Settings of the noops plugin.</summary>
    public static NoopsSettings ToNoops(this Settings settings) =>
        new((int)settings["block.size"].Number, TimeSpan.FromMilliseconds(settings["block.wait"].Number));

    /// <summary>When snapshots are taken.</summary>
    public static SnapshotPolicy ToSnapshots(this Settings settings) => new(
        (int)settings["node.snapshotafter"].Number, Retention: settings["node.retain"].Text == "all" ? Retention.All : Retention.SinceSnapshots);

    /// <summary>Bounds of the transport.</summary>
    public static TransportLimits ToTransport(this Settings settings) => new()
    {
        ReplicaFrame = (int)settings["transport.frame.replica"].Number,
        ClientFrame = (int)settings["transport.frame.client"].Number,
        QueueFrames = (int)settings["transport.queue.frames"].Number,
        QueueBytes = settings["transport.queue.bytes"].Number,
        Handshake = TimeSpan.FromMilliseconds(settings["transport.timeout.handshake"].Number),
        Stall = TimeSpan.FromMilliseconds(settings["transport.timeout.stall"].Number),
    };
}
