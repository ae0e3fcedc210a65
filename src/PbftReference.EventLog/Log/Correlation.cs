using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Log;

/// <summary>Finds the batch that a step is about, so that a batch can be followed through the logs of all replicas.</summary>
internal static class Correlation
{
    /// <summary>The batch's digest: the one that the input names, else the first that an event names; <see cref="Digest.None"/> if there is none.</summary>
    internal static Digest Of(Step step)
    {
        if (step.Input is MessageReceived { Message: var message } && Of(message) is { IsNone: false } named) return named;
        foreach (var change in step.Events)
        {
            if (Of(change) is { IsNone: false } digest) return digest;
        }

        return Digest.None;
    }

    private static Digest Of(Message message) => message switch
    {
        PrePrepare m => m.BatchDigest,
        Prepare m => m.BatchDigest,
        Commit m => m.BatchDigest,
        FetchBatch m => m.BatchDigest,
        BatchData m => m.Batch.Digest,
        CommitProof m => m.Commit.BatchDigest,
        _ => Digest.None,
    };

    private static Digest Of(ReplicaEvent change) => change switch
    {
        PrePrepareSent e => e.BatchDigest,
        PrepareSent e => e.BatchDigest,
        Prepared e => e.BatchDigest,
        CommitSent e => e.BatchDigest,
        CommittedLocal e => e.BatchDigest,
        _ => Digest.None,
    };
}
