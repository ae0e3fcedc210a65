using System.Globalization;
using System.Text;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>
/// The states that correct replicas signed for, by their digests: what a state transfer takes over is not in a trace, but who signed for it
/// had it. Where the digests of states are not computed as in this project, the first that is signed for a state is its digest.
/// </summary>
/// <param name="numbers">The numbers of digests.</param>
internal sealed class StatesAtHand(Numbering numbers)
{
    private readonly Dictionary<(long N, int Digest), SpecState> _states = [];
    private readonly Dictionary<(long N, SpecState State), int> _digests = [];
    private readonly HashSet<int> _taken = [];
    private int _unnamed;

    /// <summary>The digest of a state, by its number; one that nobody signs if none is known.</summary>
    public int DigestOf(long n, SpecState state)
    {
        if (_digests.TryGetValue((n, state), out var digest)) return digest;
        digest = numbers.Of(Digest.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"state without a digest {_unnamed++}"))));
        _digests.Add((n, state), digest);
        return digest;
    }

    /// <summary>A replica signs for its state: from now on that is the state's digest, if it has none and no other state has it.</summary>
    public void Name(long n, SpecState state, int digest)
    {
        if (!_digests.ContainsKey((n, state)) && _taken.Add(digest)) _digests.Add((n, state), digest);
    }

    /// <summary>A correct replica signed for this state.</summary>
    public void Keep(long n, int digest, SpecState state) => _states[(n, digest)] = state;

    /// <summary>The state of a checkpoint; null if no correct replica signed for it so far.</summary>
    public SpecState? Find(long n, int digest) => _states.GetValueOrDefault((n, digest));
}
