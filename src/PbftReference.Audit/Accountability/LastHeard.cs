using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Signing;

namespace PbftReference.Audit.Accountability;

/// <summary>
/// Of each replica the last message that each other log received from it, by the place in the sender's own log at which it was signed. A replica
/// signs what is in its log already; so a log that ends before that place is not all of it.
/// </summary>
/// <param name="configuration">The cluster.</param>
/// <param name="verifier">Checks its signatures; asked only about what speaks of a missing end, since a log may be made up.</param>
internal sealed class LastHeard(ClusterConfiguration configuration, ISignatureVerifier verifier)
{
    private readonly SortedDictionary<(ReplicaId Sender, ReplicaId Log), (ReplicaMessage Message, Signature Signature, long At)> _last = [];

    /// <summary>A log received a message.</summary>
    public void Hear(ReplicaId log, long at, ReplicaMessage message, Signature signature)
    {
        var key = (message.Replica, log);
        if (signature.Revision < 0 || message.Replica == log || !configuration.IsMember(message.Replica)) return;
        if (!_last.TryGetValue(key, out var known) || signature.Revision > known.Signature.Revision) _last[key] = (message, signature, at);
    }

    /// <summary>What others received last from a replica, in words; null if its log goes as far as they know.</summary>
    /// <param name="sender">The replica.</param>
    /// <param name="end">The last record of its log; -1 if there is none.</param>
    public string? After(ReplicaId sender, long end)
    {
        var later = _last.Where(heard => heard.Key.Sender == sender && heard.Value.Signature.Revision > end && Holds(heard.Value.Message, heard.Value.Signature)).ToList();
        if (later.Count == 0) return null;
        var (key, last) = later.MaxBy(heard => heard.Value.Signature.Revision);
        return $"replica {key.Log} received from it (#{last.At}) what it signed at #{last.Signature.Revision}";
    }

    private bool Holds(ReplicaMessage message, Signature signature) => verifier.IsSignedBy(message.Replica, Statements.DigestOf(message), signature);
}
