namespace PbftReference.Core.Types;

/// <summary>
/// The quorum sizes of the paper (section 4), for every n &gt;= 3f+1, in one place. Two quorums share at least f+1 replicas, so
/// at least one correct one; a weak quorum holds at least one correct replica; n-f correct replicas make a quorum.
/// </summary>
public static class Quorums
{
    /// <summary>ceil((n+f+1)/2): 2f+1 when n = 3f+1.</summary>
    public static int Quorum(int n, int f) => ((n + f) / 2) + 1;

    /// <summary>f+1.</summary>
    public static int WeakQuorum(int f) => f + 1;
}
