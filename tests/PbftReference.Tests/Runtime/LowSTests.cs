using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Configuration;
using PbftReference.Runtime.Keys;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>A signature has one form.</summary>
public sealed class LowSTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Of_the_two_forms_of_a_signature_one_is_made_and_the_other_is_no_evidence()
    {
        var cluster = new ClusterDirectory(Path.Combine(_temporary.Path, "cluster"));
        var members = cluster.Create(Settings.Resolve(null, [], []), "keys", 1);
        using var certificate = KeyFiles.Read(Path.Combine(cluster.OfReplica(new ReplicaId(0)), KeyFiles.CertificateFile), Path.Combine(cluster.OfReplica(new ReplicaId(0)), KeyFiles.KeyFile));
        using var keys = new PeerKeys(certificate, members);
        using var judge = PeerKeys.ForChecking(members);
        var self = PeerId.Of(new ReplicaId(0));

        for (byte i = 0; i < 20; i++)
        {
            var signature = keys.Sign([i]);
            var other = Other(signature);

            Assert.True(judge.Verify(self, signature, [i]));
            // it holds as a signature, so that nothing is lost by a peer that makes such, and is none as a proof
            Assert.True(keys.Verify(self, other, [i]));
            Assert.False(judge.Verify(self, other, [i]));
        }
    }

    private static byte[] Other(byte[] signature)
    {
        var order = new System.Numerics.BigInteger(Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), isUnsigned: true, isBigEndian: true);
        var s = (order - new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        var other = (byte[])signature.Clone();
        Array.Clear(other, 32, 32);
        s.CopyTo(other, 64 - s.Length);
        return other;
    }
}
