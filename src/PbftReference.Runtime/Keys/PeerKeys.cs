using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PbftReference.Consensus.Interfaces;
using PbftReference.Runtime.Membership;

namespace PbftReference.Runtime.Keys;

/// <summary>
/// Signs with one peer's key and checks the signatures of all: ECDSA over P-256 with SHA-256, 64 bytes (IEEE P1363). May be used by several
/// threads: each works with an own copy of a key. In a cluster without signatures a signature is empty, and holds.
/// </summary>
public sealed class PeerKeys : ISecurityUtils, IDisposable
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly Dictionary<PeerId, byte[]> _publicKeys;
    private readonly ConcurrentDictionary<PeerId, ConcurrentBag<ECDsa>> _verifiers = new();
    private readonly Lock _gate = new();
    private readonly ECDsa? _own;
    private readonly bool _signatures;
    private readonly bool _strict;

    /// <summary>The keys of a member.</summary>
    /// <param name="certificate">Its certificate, with the private key.</param>
    /// <param name="members">Everybody's public keys.</param>
    /// <exception cref="KeyException">The certificate has no private P-256 key.</exception>
    public PeerKeys(X509Certificate2 certificate, ClusterMembers members)
    {
        ArgumentNullException.ThrowIfNull(members);
        _own = certificate.GetECDsaPrivateKey() ?? throw new KeyException("the certificate has no private ECDSA key: make one by 'pbft keygen'");
        _signatures = members.Signatures;
        _publicKeys = members.PublicKeys.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
    }

    private PeerKeys(ClusterMembers members)
    {
        _strict = true;
        _signatures = members.Signatures;
        _publicKeys = members.PublicKeys.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
    }

    /// <summary>
    /// Everybody's public keys and nobody's private one, for those who judge evidence: a signature must be in the one form in which it is made here.
    /// </summary>
    public static PeerKeys ForChecking(ClusterMembers members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return new PeerKeys(members);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">These keys are for checking only.</exception>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        if (!_signatures) return [];
        if (_own is null) throw new InvalidOperationException("these keys check signatures and make none");
        lock (_gate) return LowS.Of(_own.SignData(message, HashAlgorithmName.SHA256));
    }

    /// <inheritdoc/>
    public bool Verify(PeerId peer, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message)
    {
        if (!_publicKeys.TryGetValue(peer, out var publicKey)) return false;
        if (!_signatures) return signature.IsEmpty;
        if (_strict && !LowS.Is(signature)) return false;
        var idle = _verifiers.GetOrAdd(peer, static _ => []);
        if (!idle.TryTake(out var key)) key = Import(publicKey);
        try
        {
            return key.VerifyData(message, signature, HashAlgorithmName.SHA256);
        }
        finally
        {
            idle.Add(key);
        }
    }

    /// <summary>Whether these bytes are a P-256 key as SubjectPublicKeyInfo, written as this system writes it: keys are compared byte by byte.</summary>
    internal static bool IsPublicKey(byte[] bytes)
    {
        try
        {
            using var key = Import(bytes);
            var curve = key.ExportParameters(includePrivateParameters: false).Curve;
            return curve.IsNamed && curve.Oid.Value == P256 && key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(bytes);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static ECDsa Import(byte[] publicKey)
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        return key;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _own?.Dispose();
        foreach (var key in _verifiers.Values.SelectMany(idle => idle)) key.Dispose();
    }
}
