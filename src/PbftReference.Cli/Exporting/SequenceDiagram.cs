using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Host;

namespace PbftReference.Cli.Exporting;

/// <summary>
/// What the forms with lanes have in common: an arrow for each message that was received, a note for what a replica decides. What was sent and
/// never received by a replica whose log is here has no arrow.
/// </summary>
internal abstract class SequenceDiagram(TextWriter output, Genesis genesis, IReadOnlyList<ReplicaId> replicas) : TraceFormat(output, genesis, replicas)
{
    public override void Write(LoggedStep step, IReadOnlyList<Transition> shown)
    {
        if (shown.Count == 0) return;
        if (step.Record.Step?.Input is MessageReceived { Message: var message } && SenderOf(message) is { } sender && sender != Lane(step.Before.Self))
        {
            Arrow(sender, Lane(step.Before.Self), $"{Names.Messages.Of(message.Kind)}{About(message)}");
        }

        foreach (var transition in shown.Where(IsDecision)) Note(Lane(step.Before.Self), Headline(transition.Text));
    }

    /// <summary>A message from one lane to another.</summary>
    protected abstract void Arrow(string from, string to, string text);

    /// <summary>What happens in a lane.</summary>
    protected abstract void Note(string lane, string text);

    /// <summary>A replica's lane.</summary>
    protected static string Lane(ReplicaId replica) => $"r{replica}";

    private static string? SenderOf(Message message) => message switch
    {
        ReplicaMessage m => Lane(m.Replica),
        Request m => $"c{m.Client}",
        _ => null,
    };

    private static string About(Message message) => message switch
    {
        PrePrepare m => $" v={m.View} n={m.SequenceNumber} d={m.BatchDigest.ToShortString()}",
        Prepare m => $" v={m.View} n={m.SequenceNumber} d={m.BatchDigest.ToShortString()}",
        Commit m => $" v={m.View} n={m.SequenceNumber} d={m.BatchDigest.ToShortString()}",
        Checkpoint m => $" n={m.SequenceNumber} d={m.StateDigest.ToShortString()}",
        ViewChange m => $" v={m.NewView} h={m.Stable.SequenceNumber}",
        NewView m => $" v={m.View}",
        Request m => $" {m.Id}",
        _ => "",
    };

    // What is taken in has its arrow, what is sent the arrows of those that received it; both are in small letters or end in SENT.
    private static bool IsDecision(Transition transition) => !transition.Name.EndsWith("-accepted", StringComparison.Ordinal)
        && transition.Name is not ("pre-prepare-sent" or "prepare-sent" or "commit-sent" or "checkpoint-sent" or "execution-started" or "progress-noted" or "refusals-counted");

    // A line without replica, view and revision.
    private static string Headline(string line) => line[line.IndexOf('#', StringComparison.Ordinal)..] is var rest ? rest[(rest.IndexOf("  ", StringComparison.Ordinal) + 2)..] : line;
}
