using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Protobuf;

namespace PbftReference.TestServer.Services;

/// <summary>ServerFeatures and Gossip: what the server is. Nobody needs credentials for them.</summary>
internal sealed class InfoServices(EventStoreServer server, TimeProvider clock)
{
    /// <summary>The version this server answers like.</summary>
    public const string Version = "23.10.6";

    private const ulong Leader = 8;
    private readonly Guid _instance = Guid.NewGuid();

    /// <summary>Which methods EventStoreDB of this version has, whether or not this server has them.</summary>
    public static async Task GetSupportedMethodsAsync(GrpcCall call)
    {
        await call.OnlyAsync();
        var answer = new ProtoWriter();
        foreach (var method in SupportedMethods.All)
        {
            answer.Message(1, to =>
            {
                to.Text(1, method.Name).Text(2, method.Service);
                foreach (var feature in method.Features) to.SetText(3, feature);
            });
        }

        await call.SendAsync(answer.Text(2, Version).Written);
    }

    /// <summary>The cluster: this server alone, leading.</summary>
    public async Task ReadGossipAsync(GrpcCall call)
    {
        await call.OnlyAsync();
        await call.SendAsync(new ProtoWriter().Message(1, member => member
            .Message(1, id => SharedMessages.WriteStructured(id, _instance))
            .Number(2, (ulong)(clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks)
            .Number(3, Leader)
            .Number(4, 1)
            .Message(5, endPoint => endPoint.Text(1, "127.0.0.1").Number(2, (ulong)server.Port))).Written);
    }
}
