using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Log;

/// <summary>
/// Finds the record that caused an input: a message's in its signer's stream, by the place that was signed with it; an answer's in this
/// stream, where it was asked for. Nothing is known from before a start, so a log written through looks like one written in two goes.
/// </summary>
internal sealed class Causes(string cluster)
{
    private readonly Dictionary<ReplicaId, string> _streams = [];
    private Guid? _execution;
    private Guid? _staging;
    private Guid? _installation;

    /// <summary>The id of the record that caused an input; null if none is known.</summary>
    internal Guid? Of(Input input) => input switch
    {
        MessageReceived { Message: ReplicaMessage message, Signature: { Revision: >= 0 } signature } =>
            RecordHash.EventId(StreamOf(message.Replica), signature.Revision, signature.ChainHead),
        ExecutionCompleted => _execution,
        StateStaged => _staging,
        StateInstalled => _installation,
        _ => null,
    };

    /// <summary>Remembers what a step asked for.</summary>
    internal void Note(Step step, Guid id)
    {
        if (step.Input is ReplicaStarted) (_execution, _staging, _installation) = (null, null, null);
        foreach (var change in step.Events)
        {
            switch (change)
            {
                case ExecutionStarted: _execution = id; break;
                case ManifestAccepted: _staging = id; break;
                case TransferStaged or PagesAccepted: _installation = id; break;
            }
        }
    }

    private string StreamOf(ReplicaId replica)
    {
        if (!_streams.TryGetValue(replica, out var stream)) _streams.Add(replica, stream = LogStreams.OfReplica(cluster, replica));
        return stream;
    }
}
