using PbftReference.Audit.Verification;
using PbftReference.Core.State;
using PbftReference.Spec;

namespace PbftReference.Benchmarks;

/// <summary>The events of the specification that a replica's records stand for, made beforehand.</summary>
internal static class ProjectedEvents
{
    /// <summary>An event.</summary>
    /// <param name="Delivered">The message that is delivered; null for an action.</param>
    /// <param name="Act">The action; null for a delivery.</param>
    /// <param name="Said">The statement of another replica that the message is; null if it is none.</param>
    public readonly record struct Event(SpecMessage? Delivered, SpecAction? Act, SpecMessage? Said);

    /// <summary>Makes them; the model knows what they speak of from then on.</summary>
    public static List<Event> Of(SpecTranslation translation, ReplicaHistory history)
    {
        var (verifier, projection, events) = (new LocalVerifier(translation, history.Replica), new Projection(translation, history.Replica), new List<Event>());
        var state = ReplicaState.Genesis(translation.Configuration, history.Replica);
        foreach (var recorded in history.Steps)
        {
            if (recorded.Step is not { } step) continue;
            if (verifier.Accept(step, out _) is { } refusal) throw new InvalidOperationException($"{refusal}");
            foreach (var change in step.Events)
            {
                var before = state;
                state = Core.Fold.Event(before, change);
                events.AddRange(projection.Of(change, step.Input, before, state).Select(EventOf));
            }
        }

        return events;
    }

    /// <summary>Asks a replica of the specification of an event; what it sends is added to what was said.</summary>
    public static void Judge(SpecPeer peer, Event e, HashSet<SpecMessage> said)
    {
        if (e.Delivered is { } message && !peer.Deliver(message)) throw new InvalidOperationException("not deliverable");
        if (e.Act is not { } action) return;
        var low = peer.Replica.Stable.SequenceNumber;
        if (peer.Act(action, out var sent) is { } guard) throw new InvalidOperationException(guard);
        said.UnionWith(sent);
        if (peer.Replica.Stable.SequenceNumber != low) peer.Prune();
    }

    private static Event EventOf(ProjectedEvent projected) => projected switch
    {
        DeliverEvent e => new Event(e.Message, null, e.Statements.Count > 0 ? e.Message : null),
        ActEvent e => new Event(null, e.Action, null),
        _ => throw new InvalidOperationException($"{projected}"),
    };
}
