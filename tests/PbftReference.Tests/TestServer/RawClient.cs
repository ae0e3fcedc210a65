using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace PbftReference.Tests.TestServer;

/// <summary>A client that sends frames as they are, on one connection. Every call it makes is cut off after a minute, so that no test hangs.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(1));
    private readonly Uri _address;

    /// <summary>A client of the server at a port; of a server with TLS only where it shows this very certificate.</summary>
    public RawClient(int port, X509Certificate2? certificate = null)
    {
        _address = new Uri($"{(certificate is null ? "http" : "https")}://127.0.0.1:{port}");
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate?.GetCertHashString(),
            },
        });
    }

    private static Dictionary<string, string> PlainHeaders { get; } = new() { ["content-type"] = "application/grpc", ["te"] = "trailers" };

    /// <summary>Begins a call.</summary>
    public RawCall Call(string path, IReadOnlyDictionary<string, string>? headers = null) => new(_http, _address, path, headers ?? PlainHeaders, _limit.Token);

    /// <summary>Begins a call and sends its whole request.</summary>
    public RawCall Call(string path, params byte[][] frames)
    {
        var call = Call(path);
        foreach (var frame in frames) call.Send(frame);
        call.HalfClose();
        return call;
    }

    /// <summary>A request that is no gRPC.</summary>
    public async Task<(int Status, string Text)> PlainAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(_address, path)) { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await _http.SendAsync(request, _limit.Token);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(_limit.Token));
    }

    public void Dispose()
    {
        _http.Dispose();
        _limit.Dispose();
    }
}
