using Microsoft.Extensions.Logging.Abstractions;
using PbftReference.Core.Types;
using PbftReference.Runtime.Client;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Configuration;
using PbftReference.Runtime.Nodes;

namespace PbftReference.Tests.Runtime;

/// <summary>Whole nodes in this process: real keys, sockets, files, threads.</summary>
internal sealed class LiveNodes : IAsyncDisposable
{
    private readonly ReplicaNode?[] _nodes;

    private LiveNodes(ClusterDirectory directory, int replicas) => (Directory, _nodes) = (directory, new ReplicaNode?[replicas]);

    public ClusterDirectory Directory { get; }

    public ReplicaNode Node(int i) => _nodes[i] ?? throw new InvalidOperationException($"replica {i} does not run");

    public static async Task<LiveNodes> Start(int replicas, params string[] settings)
    {
        var directory = new ClusterDirectory(System.IO.Directory.CreateTempSubdirectory("pbft-").FullName);
        directory.Create(Settings.Resolve(null, [], [$"general.N={replicas}", .. settings]), "test", 4);
        var nodes = new LiveNodes(directory, replicas);
        for (var i = 0; i < replicas; i++) await nodes.Start(i);
        return nodes;
    }

    public async Task Start(int i)
    {
        var node = new ReplicaNode(Settings.Resolve(Directory.NodePath(new ReplicaId(i)), [], []), NullLogger.Instance);
        _nodes[i] = node;
        await node.Start();
    }

    public async Task Stop(int i)
    {
        if (_nodes[i] is not { } node) return;
        _nodes[i] = null;
        await node.DisposeAsync();
    }

    public async Task<ClientSeat> Client(int skip, int outstanding = 8)
    {
        var seats = await ClientSeat.Take(Directory, skip + 1, new ClientSeatOptions(outstanding, TimeSpan.FromMilliseconds(500), MeasuredRun.Telemetry()));
        for (var i = 0; i < skip; i++) await seats[i].DisposeAsync();
        return seats[skip];
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < _nodes.Length; i++) await Stop(i);
        System.IO.Directory.Delete(Directory.Path, recursive: true);
    }
}
