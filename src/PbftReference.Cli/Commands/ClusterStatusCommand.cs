using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Live;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.Runtime.Clusters;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft cluster status</c>.</summary>
internal static class ClusterStatusCommand
{
    private static readonly string[] Heading = ["id", "process", "view", "phase", "h", "executed", "service", "peers", "state"];

    private const int Width = 80;

    public static Command Create(Terminal terminal)
    {
        var (directory, json) = (LiveOptions.Cluster(), LogArguments.Json());
        var command = new Command("status", "Asks every replica where it stands. Exit code 3 if fewer than a quorum are ready.") { directory, json };
        command.SetAction((line, cancellation) => Run(terminal, LiveOptions.Existing(line.GetValue(directory)!), line.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> Run(Terminal terminal, ClusterDirectory cluster, bool json, CancellationToken cancellation)
    {
        var members = cluster.Members();
        using var http = new NodeHttpClient(cluster);
        var rows = new List<string[]>();
        var documents = new JArray();
        var ready = 0;
        var reasons = new List<string>();
        foreach (var (replica, pid, status, why) in await Task.WhenAll(members.Replicas.Select(r => Ask(cluster, http, r.Id, cancellation))).ConfigureAwait(false))
        {
            if (why is null) ready++;
            else reasons.Add($"replica {replica}: {why}");
            rows.Add(Row(replica.ToString(), pid, status, why is null));
            documents.Add(new JObject { ["replica"] = replica.Value, ["process"] = pid, ["ready"] = why is null, ["notReady"] = why, ["status"] = status });
        }

        var code = ready >= members.Configuration.Quorum ? ExitCodes.Holds : ExitCodes.NoProgress;
        if (json) terminal.Result.WriteLine(new JObject { ["schema"] = "pbft.cluster-status/1", ["cluster"] = members.Cluster, ["exitCode"] = code, ["replicas"] = documents }.ToString(Formatting.Indented));
        else foreach (var text in TextTable.Lines(Heading, rows).Concat(reasons.SelectMany(Broken))) terminal.Result.WriteLine(text);
        return code;
    }

    private static async Task<(ReplicaId Replica, int? Pid, JObject? Status, string? Why)> Ask(ClusterDirectory cluster, NodeHttpClient http, ReplicaId replica, CancellationToken cancellation)
    {
        await http.AdoptLost(replica, cancellation).ConfigureAwait(false);
        var process = new NodeProcess(cluster, replica);
        if (process.Pid is not { } pid) return (replica, null, null, "does not run");
        if (process.IsFrozen) return (replica, pid, null, NodeHttpClient.Frozen);
        var status = await http.Status(replica, cancellation).ConfigureAwait(false);
        return (replica, pid, status, status is null ? NodeHttpClient.Silent : await http.NotReady(replica, cancellation).ConfigureAwait(false));
    }

    private static IEnumerable<string> Broken(string text) => WordWrap.Lines(text, Width - 2).Select((line, i) => i == 0 ? line : "  " + line);

    private static string[] Row(string replica, int? pid, JObject? status, bool ready)
    {
        string field(string name) => status is null ? "-" : Convert.ToString(((JValue)status[name]!).Value, CultureInfo.InvariantCulture)!;
        return
        [
            replica, pid?.ToString(CultureInfo.InvariantCulture) ?? "-", field("view"), field("phase"), field("low"), field("lastExecuted"),
            status is null ? "-" : field("serviceDigest")[..8], status is null ? "-" : $"{field("replicasConnected")}+{field("clientsConnected")}", ready ? "ready" : "not ready",
        ];
    }
}
