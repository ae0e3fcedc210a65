using System.Numerics;
using Dafny;
using PbftAudit;
using PbftTypes;

namespace PbftReference.Spec;

/// <summary>What signed statements prove about a signer (<c>Offence</c>).</summary>
public enum SpecOffence
{
    /// <summary>Two values for one thing of which a correct replica gives one: two votes for a place in a view, two new-views, and so on.</summary>
    Equivocation,

    /// <summary>A commit, and a later view-change that conceals it.</summary>
    Amnesia,

    /// <summary>A vote that contradicts the new-view that it names.</summary>
    UnjustifiedVote,

    /// <summary>A malformed view-change.</summary>
    BadViewChange,

    /// <summary>A new-view that does not follow from the view-changes in it.</summary>
    BadNewView,
}

/// <summary>An accusation: two statements that prove an offence of the signer of the first.</summary>
/// <param name="Accused">The signer.</param>
/// <param name="Offence">The offence.</param>
/// <param name="First">The first statement.</param>
/// <param name="Second">The second; the same where one is enough.</param>
public sealed record SpecAccusation(int Accused, SpecOffence Offence, SpecMessage First, SpecMessage Second);

/// <summary>
/// The audit that the specification proves (<c>oracle/Audit.dfy</c>): put all signed statements in, then ask for each of them. It accuses exactly
/// those whom the statements prove guilty, each with two of them.
/// </summary>
/// <param name="model">The cluster.</param>
public sealed class SpecAudit(SpecModel model)
{
    private _IIndex _index = PbftAudit.Index.create(Map<PbftEvidence._IKey, _IMsg>.Empty, Map<BigInteger, ISequence<_INvEntry>>.Empty, Map<BigInteger, ISequence<_IMsg>>.Empty);

    /// <summary>One that has taken in the same and goes on apart.</summary>
    public SpecAudit Fork() => new(model) { _index = _index };

    /// <summary>Takes in a statement whose signature holds.</summary>
    public void Add(SpecMessage message) => _index = PbftAudit.__default.Add(model.Parameters, _index, message.Value);

    /// <summary>Whether all that was taken in proves the signer of a statement guilty by it; null if not.</summary>
    public SpecAccusation? Accuse(SpecMessage message)
    {
        var second = PbftAudit.__default.Accuser(model.Parameters, _index, message.Value);
        if (second.is_None) return null;
        var with = new SpecMessage(second.dtor_value);
        return Judge(model, message, with) is { } offence ? new SpecAccusation(SenderOf(message), offence, message, with) : null;
    }

    /// <summary>What two statements prove of the signer of the first (<c>Judge</c>); null for nothing.</summary>
    public static SpecOffence? Judge(SpecModel model, SpecMessage first, SpecMessage second)
    {
        var judged = PbftEvidence.__default.Judge(model.Parameters, first.Value, second.Value);
        return judged.is_None ? null : Enum.Parse<SpecOffence>(Values.ConstructorName(judged.dtor_value));
    }

    /// <summary>The audit as one call, of all statements at once (<c>Audit</c>).</summary>
    public static IReadOnlyList<SpecAccusation> Of(SpecModel model, IEnumerable<SpecMessage> messages)
    {
        var found = PbftAudit.__default.Audit(model.Parameters, Sequence<_IMsg>.FromArray([.. messages.Select(message => message.Value)]));
        return [.. found.ItemEnumerable.Select(pair => new SpecAccusation(
            (int)pair.Car, Enum.Parse<SpecOffence>(Values.ConstructorName(pair.Cdr.dtor_offence)), new SpecMessage(pair.Cdr.dtor_a), new SpecMessage(pair.Cdr.dtor_b))).OrderBy(a => a.Accused)];
    }

    /// <summary>The replica whose name a statement bears.</summary>
    public int SenderOf(SpecMessage message) => (int)PbftTypes.__default.Sender(model.Parameters, message.Value);
}
