using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EventStore.Client;
using Grpc.Core;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Whom a client trusts.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pbft-tls-");

    [Fact]
    public async Task A_server_under_the_given_root_is_trusted()
    {
        using var root = Root("root");
        await using var server = await Start(root);
        Assert.IsType<SuccessResult>(await Append(server, $"?tlsCaFile={Save(root, "root")}"));
    }

    [Fact]
    public async Task A_server_under_another_root_is_not()
    {
        using var root = Root("root");
        using var other = Root("root");
        await using var server = await Start(root);
        var exception = await Assert.ThrowsAsync<RpcException>(() => Append(server, $"?tlsCaFile={Save(other, "other")}"));
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
    }

    [Fact]
    public async Task A_server_that_the_machine_does_not_trust_is_not_trusted()
    {
        using var root = Root("root");
        await using var server = await Start(root);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => Append(server, ""))).StatusCode);
    }

    [Fact]
    public async Task Any_server_is_trusted_without_verification()
    {
        using var root = Root("root");
        await using var server = await Start(root);
        Assert.IsType<SuccessResult>(await Append(server, "?tlsVerifyCert=false"));
    }

    [Fact]
    public async Task Credentials_are_shown_with_every_call_and_not_when_connecting()
    {
        using var root = Root("root");
        var shown = new List<string?>();
        await using var server = await Start(root, request => shown.Add(request.Headers.GetValueOrDefault("authorization")));
        var settings = EventStoreClientSettings.Create($"esdb://admin:changeit@{server.Authority}?tlsVerifyCert=false");
        await using var client = new EventStoreClient(settings);

        await client.Append();
        await client.AppendToStreamAsync("s", StreamState.Any, [], userCredentials: new UserCredentials("ops", "ü"));
        await client.AppendToStreamAsync("s", StreamState.Any, [], userCredentials: new UserCredentials("token"));

        Assert.Equal([null, "Basic YWRtaW46Y2hhbmdlaXQ=", "Basic b3BzOsO8", "Bearer token"], shown);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static Task<ScriptedServer> Start(X509Certificate2 root, Action<Request>? note = null) => ScriptedServer.Start(
        request =>
        {
            note?.Invoke(request);
            return ScriptedHandler.IsConnecting(request) ? Answer.Features : Answer.Appended();
        },
        Leaf(root, "127.0.0.1"));

    private static async Task<IWriteResult> Append(ScriptedServer server, string options)
    {
        await using var client = new EventStoreClient(EventStoreClientSettings.Create($"esdb://{server.Authority}{options}"));
        return await client.Append();
    }

    internal static X509Certificate2 Root(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    internal static X509Certificate2 Leaf(X509Certificate2 root, string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using var leaf = request.Create(root, root.NotBefore, root.NotAfter, Guid.NewGuid().ToByteArray());
        using var withKey = leaf.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }

    internal string Save(X509Certificate2 certificate, string name)
    {
        var path = Path.Combine(_directory.FullName, name + ".pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }
}
