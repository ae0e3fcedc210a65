using System.Globalization;
using System.Text;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>
/// The states that correct replicas signed for, by their digests: what a state transfer takes over is not in a trace, but who signed for it
/// had it. Where the digests of states are not computed as in this project, the first that is signed for a state is its digest, or the one
/// that most sign for it.
/// </summary>
/// <param name="numbers">The numbers of digests.</param>
/// <param name="disagreements">What replicas recorded differently, over all readings.</param>
internal sealed class StatesAtHand(Numbering numbers, Disagreements disagreements)
{
    private readonly Dictionary<(long N, int Digest), SpecState> _states = [];
    private readonly Dictionary<(long N, SpecState State), int> _digests = [];
    private readonly Dictionary<(long N, SpecState State), int> _signed = [];
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
    /// <returns>With whom it does not agree; null if it agrees with all, or with most.</returns>
    public Disagreement? Name(ReplicaId replica, long n, SpecState state, int digest)
    {
        var signed = new RecordedAnswer(numbers.DigestOf(digest), []);
        var known = disagreements.Find(n, state);
        known?.Add(replica, disagreements.Revision, signed);
        if (known?.Standing is { } standing && standing != signed) return known;
        if (!_digests.ContainsKey((n, state)) && _taken.Add(digest)) _digests.Add((n, state), digest);
        // what nobody signed for is not compared
        var times = _signed.GetValueOrDefault((n, state));
        if (_digests.GetValueOrDefault((n, state)) == digest) _signed[(n, state)] = times + 1;
        else if (times > 0) return known ?? Disagree(replica, n, state, signed, times);
        return null;
    }

    private Disagreement Disagree(ReplicaId replica, long n, SpecState state, RecordedAnswer signed, int times)
    {
        var before = new RecordedAnswer(numbers.DigestOf(_digests[(n, state)]), []);
        var words = new DisagreementWords(string.Create(CultureInfo.InvariantCulture, $"the state after {n} is signed for with"), "The state is the same");
        var found = disagreements.Add(n, state, words, before, times);
        found.Add(replica, disagreements.Revision, signed);
        return found;
    }

    /// <summary>A correct replica signed for this state.</summary>
    public void Keep(long n, int digest, SpecState state) => _states[(n, digest)] = state;

    /// <summary>The state of a checkpoint; null if no correct replica signed for it so far.</summary>
    public SpecState? Find(long n, int digest) => _states.GetValueOrDefault((n, digest));
}
