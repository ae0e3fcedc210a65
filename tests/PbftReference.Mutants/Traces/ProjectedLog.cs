using System.Globalization;
using PbftReference.Audit.Verification;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.Mutants.Traces;

/// <summary>What a log is in the specification.</summary>
/// <param name="All">Everything, in order.</param>
/// <param name="Steps">Which step each is of.</param>
/// <param name="Final">The folded state at the end.</param>
internal sealed record ProjectedLog(IReadOnlyList<ProjectedItem> All, IReadOnlyList<Step> Steps, ReplicaState Final)
{
    /// <summary>What the replica did.</summary>
    public IEnumerable<ProjectedItem> Acts => All.Where(item => item.IsAct);

    /// <summary>What was delivered to it.</summary>
    public IEnumerable<ProjectedItem> Deliveries => All.Where(item => !item.IsAct);

    /// <summary>Projects a log that can be folded.</summary>
    public static ProjectedLog Of(SpecTranslation translation, ReplicaId self, IEnumerable<Step> steps)
    {
        var projection = new Projection(translation, self);
        var state = ReplicaState.Genesis(translation.Configuration, self);
        var (all, of) = (new List<ProjectedItem>(), new List<Step>());
        foreach (var step in steps)
        {
            foreach (var replicaEvent in step.Events)
            {
                var (before, after) = (state, Fold.Event(state, replicaEvent));
                all.AddRange(projection.Of(replicaEvent, step.Input, before, after).Select(ProjectedItem.Of));
                of.AddRange(Enumerable.Repeat(step, all.Count - of.Count));
                state = after;
            }
        }

        return new ProjectedLog(all, of, state);
    }

    /// <summary>Everything but what a step says.</summary>
    public IEnumerable<ProjectedItem> Without(Step step) => All.Where((_, i) => !ReferenceEquals(Steps[i], step));

    /// <summary>Whether the replica ends in the same state.</summary>
    public bool EndsLike(ProjectedLog other) => StateCodec.Encode(Final).AsSpan().SequenceEqual(StateCodec.Encode(other.Final));
}

/// <summary>One event of the specification.</summary>
/// <param name="Action">The action, or <c>Deliver</c>.</param>
/// <param name="Text">What it says, without the certificates that it rests on.</param>
/// <param name="IsAct">Whether the replica did it.</param>
/// <param name="From">Who sent what was delivered; null for clients, and for batches, which nobody signs.</param>
internal sealed record ProjectedItem(string Action, string Text, bool IsAct, ReplicaId? From)
{
    /// <summary>What an event says.</summary>
    public static ProjectedItem Of(ProjectedEvent projected) => projected switch
    {
        DeliverEvent e => new ProjectedItem("Deliver", $"{e.Message} {string.Join(' ', e.Statements.Select(s => s.Statement))}", false, e.From),
        ActEvent e => new ProjectedItem(e.Action.Name, TextOf(e), true, null),
        _ => throw new InvalidOperationException($"{projected} was accepted"),
    };

    private static string TextOf(ActEvent e)
    {
        var a = e.Action;
        var restsOnCertificates = e.Source is EventKind.CommitSent or EventKind.CommittedLocal or EventKind.CommitProofAccepted or EventKind.CheckpointStable or EventKind.TransferCompleted;
        var what = restsOnCertificates ? string.Create(CultureInfo.InvariantCulture, $"{a.Name} {a.View} {a.SequenceNumber} {a.Digest}") : a.ToString();
        var execution = e.Execution is { } x ? $"{x.SequenceNumber} {x.ServiceDigest} {string.Join(' ', x.Results.Select(r => Convert.ToHexString(r.AsSpan())))}" : "";
        return $"{what} | {e.Claimed} | {e.Whole} | {execution}";
    }
}
