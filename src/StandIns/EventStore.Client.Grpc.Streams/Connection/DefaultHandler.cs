using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace EventStore.Client;

/// <summary>What carries the requests unless the settings say otherwise: HTTP/2 with pings, and TLS as the settings ask for.</summary>
internal static class DefaultHandler
{
    private static readonly TimeSpan ShortestPing = TimeSpan.FromSeconds(1);

    public static SocketsHttpHandler Create(EventStoreClientConnectivitySettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            // So that a node that is gone is found to be gone, and not only too slow, before a call's own deadline.
            ConnectTimeout = settings.GossipTimeout > TimeSpan.Zero ? settings.GossipTimeout : Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = Ping(settings.KeepAliveInterval),
            KeepAlivePingTimeout = Ping(settings.KeepAliveTimeout),
            UseCookies = false,
            UseProxy = false,
        };
        if (!settings.Insecure)
        {
            SetTls(handler.SslOptions, settings);
        }

        return handler;
    }

    // The handler takes nothing shorter.
    private static TimeSpan Ping(TimeSpan time) => time == Timeout.InfiniteTimeSpan || time > ShortestPing ? time : ShortestPing;

    private static void SetTls(SslClientAuthenticationOptions tls, EventStoreClientConnectivitySettings settings)
    {
        if (settings.ClientCertificate is { } own)
        {
            tls.ClientCertificates = [own];
        }

        if (!settings.TlsVerifyCert)
        {
#pragma warning disable CA5359 // What the setting asks for.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (settings.TlsCaFile is { } root)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { root },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        }
    }
}
