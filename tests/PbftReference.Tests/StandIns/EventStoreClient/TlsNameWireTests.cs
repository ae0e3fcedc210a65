using EventStore.Client;
using Grpc.Core;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Stricter than the package, which takes any name under the given root.</summary>
public class TlsNameWireTests
{
    [Fact]
    public async Task A_server_under_the_given_root_but_of_another_name_is_not_trusted()
    {
        using var files = new TlsTests();
        using var root = TlsTests.Root("root");
        await using var server = await ScriptedServer.Start(_ => Answer.Features, TlsTests.Leaf(root, "127.0.0.9"));
        await using var client = new EventStoreClient(
            EventStoreClientSettings.Create($"esdb://{server.Authority}?tlsCaFile={files.Save(root, "root")}"));

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => client.Append())).StatusCode);
    }
}
