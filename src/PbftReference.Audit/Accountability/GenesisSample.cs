using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Signing;

namespace PbftReference.Audit.Accountability;

/// <summary>
/// Looks at some signatures of each log, the first ones and then ever fewer from all over it. A correct replica takes in nothing whose signature does
/// not hold; where none does, it is the genesis that is wrong, or all of the log.
/// </summary>
/// <param name="verifier">Checks the signatures by the genesis.</param>
internal sealed class GenesisSample(ISignatureVerifier verifier)
{
    private const int First = 8;

    // what one decision brings to a replica of four
    private const int Enough = 5;

    private readonly SortedDictionary<ReplicaId, (long Received, int Tried, int Held)> _logs = [];

    /// <summary>Those in whose logs no signature holds that was looked at, ascending.</summary>
    public IEnumerable<ReplicaId> Foreign => _logs.Where(log => log.Value.Tried >= Enough && log.Value.Held == 0).Select(log => log.Key);

    /// <summary>Whether the first ones are looked at, or one held.</summary>
    public bool IsTold => _logs.Values.Any(log => log.Tried >= First || log.Held > 0);

    /// <summary>A log received a message.</summary>
    public void Look(ReplicaId log, ReplicaMessage message, Signature signature)
    {
        var (received, tried, held) = _logs.GetValueOrDefault(log);
        received++;
        if (received <= First || long.IsPow2(received))
        {
            tried++;
            if (verifier.IsSignedBy(message.Replica, Statements.DigestOf(message), signature)) held++;
        }

        _logs[log] = (received, tried, held);
    }
}
