using System.Security.Cryptography;
using PbftReference.Consensus.Interfaces;

namespace PbftReference.Tests.Consensus;

/// <summary>Real keys of all peers of a test, and what one of them may do with them.</summary>
internal sealed class TestKeys : IDisposable
{
    private readonly Dictionary<PeerId, ECDsa> _keys = [];
    private readonly Lock _gate = new();

    public ISecurityUtils Of(PeerId peer) => new One(this, peer);

    private byte[] Sign(PeerId peer, ReadOnlySpan<byte> message)
    {
        lock (_gate) return KeyOf(peer).SignData(message, HashAlgorithmName.SHA256);
    }

    private bool Verify(PeerId peer, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message)
    {
        lock (_gate) return KeyOf(peer).VerifyData(message, signature, HashAlgorithmName.SHA256);
    }

    private ECDsa KeyOf(PeerId peer) => _keys.TryGetValue(peer, out var key) ? key : _keys[peer] = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        foreach (var key in _keys.Values) key.Dispose();
    }

    private sealed class One(TestKeys keys, PeerId self) : ISecurityUtils
    {
        public byte[] Sign(ReadOnlySpan<byte> message) => keys.Sign(self, message);

        public bool Verify(PeerId peer, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message) => keys.Verify(peer, signature, message);
    }
}
