using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Integrity;

/// <summary>A replica's signed word on its own stream, as it stands in somebody's log.</summary>
/// <param name="Signer">The replica.</param>
/// <param name="Revision">A revision of its stream.</param>
/// <param name="Hash">The hash of the record there.</param>
internal readonly record struct SignedHead(ReplicaId Signer, long Revision, Digest Hash)
{
    /// <summary>Whether a step received a message with heads in it.</summary>
    internal static bool AreIn(Step step) => step.Input is MessageReceived { Message: ReplicaMessage };

    /// <summary>
    /// The heads in the message that a step received, nested ones included. The replica that wrote the log had checked the signatures.
    /// </summary>
    internal static List<SignedHead> In(Step step)
    {
        var heads = new List<SignedHead>();
        if (step.Input is MessageReceived { Message: ReplicaMessage message, Signature: var signature })
        {
            Add(heads, message.Replica, signature);
            AddNested(heads, message);
        }

        return heads;
    }

    private static void AddNested(List<SignedHead> heads, Message message)
    {
        switch (message)
        {
            case ViewChange m:
                AddAll(heads, m.Stable.Votes);
                foreach (var certificate in m.Prepared) AddAll(heads, certificate.Votes);
                break;
            case NewView m:
                foreach (var (viewChange, signature) in m.ViewChanges)
                {
                    Add(heads, viewChange.Replica, signature);
                    AddNested(heads, viewChange);
                }

                break;
            case CommitProof m:
                AddAll(heads, m.Prepared.Votes);
                AddAll(heads, m.Commit.Votes);
                break;
            case StableProof m:
                AddAll(heads, m.Certificate.Votes);
                break;
        }
    }

    private static void AddAll(List<SignedHead> heads, ImmutableArray<Vote> votes)
    {
        foreach (var vote in votes) Add(heads, vote.Replica, vote.Signature);
    }

    // A replica's own vote in a certificate of its own has no signature: it is signed when the message leaves.
    private static void Add(List<SignedHead> heads, ReplicaId signer, Signature signature)
    {
        if (!signature.IsOwn && signature.Revision >= 0) heads.Add(new SignedHead(signer, signature.Revision, signature.ChainHead));
    }
}
