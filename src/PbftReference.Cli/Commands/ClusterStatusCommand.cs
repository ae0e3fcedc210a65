using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Live;
using PbftReference.Cli.Output;
using PbftReference.Runtime.Clusters;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft cluster status</c>.</summary>
internal static class ClusterStatusCommand
{
    private static readonly string[] Heading = ["id", "process", "view", "phase", "h", "executed", "service", "peers", "state"];

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
        foreach (var replica in members.Replicas.Select(r => r.Id))
        {
            var pid = new NodeProcess(cluster, replica).Pid;
            var status = pid is null ? null : await http.Status(replica, cancellation).ConfigureAwait(false);
            var why = pid is null ? "does not run" : await http.NotReady(replica, cancellation).ConfigureAwait(false);
            if (why is null) ready++;
            rows.Add(Row(replica.ToString(), pid, status, why));
            documents.Add(new JObject { ["replica"] = replica.Value, ["process"] = pid, ["ready"] = why is null, ["notReady"] = why, ["status"] = status });
        }

        var code = ready >= members.Configuration.Quorum ? ExitCodes.Holds : ExitCodes.NoProgress;
        if (json) terminal.Result.WriteLine(new JObject { ["schema"] = "pbft.cluster-status/1", ["cluster"] = members.Cluster, ["exitCode"] = code, ["replicas"] = documents }.ToString(Formatting.Indented));
        else foreach (var text in TextTable.Lines(Heading, rows)) terminal.Result.WriteLine(text);
        return code;
    }

    private static string[] Row(string replica, int? pid, JObject? status, string? why)
    {
        string field(string name) => status is null ? "-" : Convert.ToString(((JValue)status[name]!).Value, CultureInfo.InvariantCulture)!;
        return
        [
            replica, pid?.ToString(CultureInfo.InvariantCulture) ?? "-", field("view"), field("phase"), field("low"), field("lastExecuted"),
            status is null ? "-" : field("serviceDigest")[..8], status is null ? "-" : $"{field("replicasConnected")}+{field("clientsConnected")}", why ?? "ready",
        ];
    }
}
