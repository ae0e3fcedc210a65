using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Trace;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>
/// What a trace's profile means: its messages in this project's terms, and the digests of its batches. In profile named-new-view digests are
/// computed from content; in the others they are taken as they are, and the first batch that came under a digest is the one that it stands for.
/// </summary>
/// <param name="profile">The profile.</param>
/// <param name="translation">The cluster's.</param>
internal sealed class TraceTerms(TraceProfile profile, SpecTranslation translation)
{
    private static readonly Signature OfNobody = Signature.OfClient([1]);
    private readonly Dictionary<Digest, Digest> _contents = [];

    /// <summary>Whether messages carry certificates and name new-views, and digests are this project's.</summary>
    public bool IsWhole => profile == TraceProfile.NamedNewView;

    /// <summary>The profile.</summary>
    public TraceProfile Profile => profile;

    /// <summary>The profile's name.</summary>
    public string Name => TraceNames.Profiles.Of(profile);

    /// <summary>The message in this project's terms; null for a view-change or new-view that the profile gives no certificates.</summary>
    public static (Message Message, Signature Signature)? Read(TraceMessage m)
    {
        if (m.Message is { } whole) return (whole, m.Signature!);
        var s = m.Statement!;
        var (view, n, replica) = (s.View ?? default, s.SequenceNumber ?? default, s.Replica ?? default);
        Message? message = m.Kind switch
        {
            MessageKind.Request => new Request(s.Request!.Value.Client, s.Request.Value.Timestamp, s.Operation),
            MessageKind.PrePrepare => new PrePrepare(view, n, s.Digest, Digest.None, replica, s.Batch),
            MessageKind.Prepare => new Prepare(view, n, s.Digest, Digest.None, replica),
            MessageKind.Commit => new Commit(view, n, s.Digest, replica),
            MessageKind.Checkpoint => new Checkpoint(n, s.Digest, replica),
            _ => null,
        };
        return message is null ? null : (message, OfNobody);
    }

    /// <summary>A batch that came under a digest, by the number of the digest that it has.</summary>
    public int Define(Digest claimed, Batch batch)
    {
        if (IsWhole) return translation.Define(batch);
        if (!_contents.TryAdd(claimed, batch.Digest) && _contents[claimed] != batch.Digest) return translation.Define(batch);
        var number = translation.Number(claimed);
        translation.Model.DefineBatch(number, batch.Requests.Select(request => translation.Define(request.Statement)));
        return number;
    }

    /// <summary>Whether a view-change of a profile without certificates says what the specification's does.</summary>
    public bool SaysTheSame(PaperStatement sent, SpecViewChange follows)
    {
        var stable = sent.SequenceNumber!.Value.Value == follows.Stable.SequenceNumber
            && (follows.Stable.SequenceNumber == 0 || translation.Number(sent.Digest) == follows.Stable.Digest);
        var claims = follows.Prepared.Values.Select(c => new TraceClaim(
            new ViewNumber(c.View), new SequenceNumber(c.SequenceNumber), translation.Numbers.DigestOf(c.Digest)));
        return stable && sent.Prepared.OrderBy(claim => claim.SequenceNumber).SequenceEqual(claims);
    }
}
