using PbftReference.Core.Types;

namespace PbftReference.Host.Services;

/// <summary>A page that will not change any more, with its digest; shared by the page set and the checkpoints.</summary>
internal sealed class HashedPage(ReadOnlyMemory<byte> bytes, Digest digest)
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public Digest Digest { get; } = digest;
}
