namespace PbftReference.Consensus.Noops;

/// <summary>Settings of the noops plugin (Fabric v0.6, <c>consensus/noops/config.yaml</c>).</summary>
/// <param name="BlockSize">Most transactions in a block; at least 1.</param>
/// <param name="BlockWait">Longest wait to fill a block; more than zero.</param>
public sealed record NoopsSettings(int BlockSize, TimeSpan BlockWait)
{
    /// <summary>Fabric's defaults: 500 transactions, one second.</summary>
    public static NoopsSettings Default { get; } = new(500, TimeSpan.FromSeconds(1));
}
