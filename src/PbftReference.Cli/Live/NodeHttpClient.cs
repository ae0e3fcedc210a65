using System.Net;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Core.Types;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Live;

/// <summary>Asks the nodes of a cluster over their HTTP.</summary>
internal sealed class NodeHttpClient(ClusterDirectory cluster) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>What is said of a node that does not answer.</summary>
    public const string Silent = "does not answer";

    /// <summary>What is said of a node whose process stands still.</summary>
    public const string Frozen = "stands still (SIGSTOP): 'pbft cluster thaw' lets it go on";

    /// <summary>Where a node stands; null if it does not answer.</summary>
    public async Task<JObject?> Status(ReplicaId replica, CancellationToken cancellation)
    {
        var (code, text) = await Get(replica, "status", cancellation).ConfigureAwait(false);
        return code == HttpStatusCode.OK ? JObject.Parse(text) : null;
    }

    /// <summary>Finds the process of a replica that runs and that <c>node.pid</c> does not name, and takes note of it.</summary>
    /// <returns>The process; null if there is none that was lost.</returns>
    public async Task<int?> AdoptLost(ReplicaId replica, CancellationToken cancellation)
    {
        var process = new NodeProcess(cluster, replica);
        if (process.Pid is not null) return null;
        if (process.Lost is { } lost && process.Adopt(lost)) return lost;
        if (await Status(replica, cancellation).ConfigureAwait(false) is not { } status) return null;
        var isIt = (string?)status["cluster"] == cluster.Members().Cluster && (int?)status["replica"] == replica.Value;
        return isIt && (int?)status["process"] is { } pid && process.Adopt(pid) ? pid : null;
    }

    /// <summary>Why a node cannot take part; null if it can.</summary>
    public async Task<string?> NotReady(ReplicaId replica, CancellationToken cancellation)
    {
        var (code, text) = await Get(replica, "readyz", cancellation).ConfigureAwait(false);
        return code switch
        {
            HttpStatusCode.OK => null,
            null => Silent,
            _ => string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Replace("not ready: ", "", StringComparison.Ordinal),
        };
    }

    /// <summary>What a node's instruments say; empty if it does not answer.</summary>
    public async Task<string> Metrics(ReplicaId replica, CancellationToken cancellation) => (await Get(replica, "metrics", cancellation).ConfigureAwait(false)).Text;

    private async Task<(HttpStatusCode? Code, string Text)> Get(ReplicaId replica, string path, CancellationToken cancellation)
    {
        var address = Settings.Resolve(cluster.NodePath(replica), [], [])["node.http"].Text;
        try
        {
            using var answer = await _http.GetAsync(new Uri($"http://{address}/{path}"), cancellation).ConfigureAwait(false);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (null, "");
        }
    }

    public void Dispose() => _http.Dispose();
}
