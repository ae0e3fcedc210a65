using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;

namespace PbftReference.Runtime.Transport;

/// <summary>The first frame of each side: version, cluster, and who it is. The certificate's key must be that peer's.</summary>
internal static class Hello
{
    /// <summary>No hello is larger.</summary>
    public const int MaxSize = 256;

    private const string Version = "pbft-reference/transport/1";

    public static byte[] Encode(Digest genesis, PeerId self) =>
        new CanonicalWriter().Text(Version).Digest(genesis).Byte((byte)self.Type).Int64(self.Number).ToArray();

    /// <exception cref="RefusedException">It is not a hello, of another version, or of another cluster.</exception>
    public static PeerId Decode(ReadOnlySpan<byte> frame, Digest genesis)
    {
        try
        {
            var reader = new CanonicalReader(frame);
            if (reader.Text() is var version && version != Version) throw new RefusedException(TransportRefusal.WrongCluster, $"it speaks '{version}' and not '{Version}'");
            if (reader.Digest() is var other && other != genesis) throw new RefusedException(TransportRefusal.WrongCluster, $"its genesis is {other} and not {genesis}");
            var type = reader.Byte();
            var number = reader.Int64();
            reader.End();
            return type <= (byte)PeerType.Client ? new PeerId((PeerType)type, number) : throw new InvalidDataException($"peer type {type}");
        }
        catch (InvalidDataException e)
        {
            throw new RefusedException(TransportRefusal.Protocol, $"it does not say hello: {e.Message}", e);
        }
    }
}
