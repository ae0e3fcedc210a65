using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Membership;

namespace PbftReference.Runtime.Transport;

/// <summary>
/// Who this side is, and how it finds out who the other is: TLS 1.3, both with a certificate, whose key must be in the genesis; then both
/// say hello. Every connection proves its key anew: sessions are not resumed.
/// </summary>
public sealed class Identity
{
    private readonly SslStreamCertificateContext _certificate;
    private readonly Dictionary<string, PeerId> _byKey;
    private readonly Digest _genesis;

    /// <summary>The identity of a member.</summary>
    /// <param name="self">Which member.</param>
    /// <param name="certificate">Its certificate, with the private key.</param>
    /// <param name="members">All members.</param>
    /// <exception cref="Keys.KeyException">The certificate's key is not the one that the genesis has for this member.</exception>
    public Identity(PeerId self, X509Certificate2 certificate, ClusterMembers members)
    {
        ArgumentNullException.ThrowIfNull(members);
        (Self, _genesis) = (self, members.Genesis.Digest);
        _certificate = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        _byKey = members.PublicKeys.ToDictionary(pair => Text(pair.Value.AsSpan()), pair => pair.Key);
        if (OwnerOf(certificate) is not { } owner || owner != self)
        {
            throw new Keys.KeyException($"the certificate is not that of {self} in the genesis of cluster {members.Cluster}: take the key that was made with the genesis");
        }
    }

    /// <summary>Who this side is.</summary>
    public PeerId Self { get; }

    /// <summary>Takes a call: finds out who calls.</summary>
    /// <exception cref="RefusedException">It is nobody from this cluster.</exception>
    internal async Task<PeerId> Accept(SslStream tls, FrameReader reader, CancellationToken cancellation)
    {
        PeerId? caller = null;
        var shown = false;
        await Handshake(() => tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _certificate,
                ClientCertificateRequired = true,
                CertificateChainPolicy = NoChain(),
                AllowTlsResume = false,
                EnabledSslProtocols = SslProtocols.Tls13,
                AllowRenegotiation = false,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = true) && (caller = OwnerOf(certificate)) is not null,
            },
            cancellation), () => !shown ? TransportRefusal.Handshake : caller is null ? TransportRefusal.UnknownKey : TransportRefusal.WrongCertificate).ConfigureAwait(false);
        var says = await ReadHello(reader, cancellation).ConfigureAwait(false);
        if (says != caller) throw new RefusedException(TransportRefusal.WrongCertificate, $"it says that it is {says}, and has the key of {caller}");
        await Link.Write(tls, Hello.Encode(_genesis, Self), cancellation).ConfigureAwait(false);
        return says;
    }

    /// <summary>Makes sure that the one who was called is who was meant.</summary>
    /// <exception cref="RefusedException">It is somebody else.</exception>
    internal async Task Call(PeerId peer, SslStream tls, FrameReader reader, CancellationToken cancellation)
    {
        PeerId? called = null;
        var shown = false;
        await Handshake(() => tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = peer.ToString(),
                ClientCertificateContext = _certificate,
                CertificateChainPolicy = NoChain(),
                AllowTlsResume = false,
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = true) && (called = OwnerOf(certificate)) == peer,
            },
            cancellation), () => !shown ? TransportRefusal.Handshake : called is null ? TransportRefusal.UnknownKey : TransportRefusal.WrongCertificate).ConfigureAwait(false);
        await Link.Write(tls, Hello.Encode(_genesis, Self), cancellation).ConfigureAwait(false);
        var says = await ReadHello(reader, cancellation).ConfigureAwait(false);
        if (says != peer) throw new RefusedException(TransportRefusal.WrongCertificate, $"{peer} was called, and {says} answers");
    }

    private static async Task Handshake(Func<Task> handshake, Func<TransportRefusal> fault)
    {
        try
        {
            await handshake().ConfigureAwait(false);
        }
        catch (AuthenticationException e)
        {
            throw new RefusedException(fault(), e.Message, e);
        }
        catch (Exception e) when (e is IOException or NotSupportedException or InvalidOperationException)
        {
            throw new RefusedException(TransportRefusal.Handshake, e.Message, e);
        }
    }

    private async Task<PeerId> ReadHello(FrameReader reader, CancellationToken cancellation)
    {
        var frame = await reader.Read(Hello.MaxSize, Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
        return Hello.Decode(frame ?? throw new RefusedException(TransportRefusal.Protocol, "the connection ended before it said hello"), _genesis);
    }

    /// <summary>Only the key counts: no chain is looked for, and nothing is fetched because a stranger's certificate names an address.</summary>
    private static X509ChainPolicy NoChain() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        VerificationFlags = X509VerificationFlags.AllFlags,
        DisableCertificateDownloads = true,
    };

    private PeerId? OwnerOf(X509Certificate? certificate) =>
        certificate is X509Certificate2 two && _byKey.TryGetValue(Text(two.PublicKey.ExportSubjectPublicKeyInfo()), out var owner) ? owner : null;

    private static string Text(ReadOnlySpan<byte> key) => Convert.ToBase64String(key);
}
