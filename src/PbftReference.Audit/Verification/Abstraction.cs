using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>Where the recorded state and the specification's differ.</summary>
/// <param name="Component">Which part.</param>
/// <param name="Recorded">Its value in the folded state.</param>
/// <param name="Specified">Its value in the specification's replica.</param>
public sealed record StateDifference(string Component, string Recorded, string Specified)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Component}: recorded {Recorded}, specified {Specified}";
}

/// <summary>
/// What the specification keeps of a replica, seen in Core's state: view, active, stable, accepted, prepared certificates, committed, own
/// checkpoints, last executed, service digest, client table.
/// </summary>
/// <param name="translation">The cluster's.</param>
public sealed class Abstraction(SpecTranslation translation)
{
    private (object? Core, object? Spec) _equalClients;

    /// <summary>The names of the components, in the order in which they are compared.</summary>
    public static IReadOnlyList<string> Components { get; } =
        ["view", "active", "new-view", "stable", "accepted", "prepared", "committed", "checkpoints", "last-executed", "service-digest", "clients"];

    /// <summary>
    /// The first component that differs; null if none does. A replica that halted takes no part in anything: it is not compared.
    /// </summary>
    public StateDifference? Difference(ReplicaState core, SpecReplica spec)
    {
        ArgumentNullException.ThrowIfNull(core);
        ArgumentNullException.ThrowIfNull(spec);
        if (core.Phase is ReplicaPhase.Halted) return null;
        if (core.View.Value != spec.View) return new StateDifference("view", $"{core.View}", $"{spec.View}");
        if (core.Active != spec.Active) return new StateDifference("active", $"{core.Active}", $"{spec.Active}");
        if (translation.Number(core.CurrentNewView) != spec.NewView) return new StateDifference("new-view", core.CurrentNewView.ToShortString(), Short(spec.NewView));
        return Stable(core, spec) ?? Accepted(core, spec) ?? Prepared(core, spec) ?? Committed(core, spec) ?? Checkpoints(core, spec) ?? Executed(core, spec);
    }

    private StateDifference? Stable(ReplicaState core, SpecReplica spec)
    {
        var stable = spec.Stable;
        return core.Low.Value == stable.SequenceNumber && translation.Number(core.Stable.StateDigest) == stable.Digest
            ? null
            : new StateDifference("stable", $"{core.Low} {core.Stable.StateDigest.ToShortString()}", $"{stable.SequenceNumber} {Short(stable.Digest)}");
    }

    private StateDifference? Accepted(ReplicaState core, SpecReplica spec)
    {
        var count = 0;
        foreach (var slot in core.Window)
        {
            if (!core.Active || slot.Votes[core.Self.Value] is not { } vote || vote.View != core.View) continue;
            count++;
            var specified = spec.AcceptedAt(slot.SequenceNumber.Value);
            if (specified != translation.Number(vote.BatchDigest)) return At("accepted", slot.SequenceNumber, vote.BatchDigest.ToShortString(), Short(specified));
        }

        return count == spec.AcceptedCount ? null : Missing("accepted", spec.Accepted.Keys, core.Window.Count(s => s.Votes[core.Self.Value]?.View == core.View));
    }

    private StateDifference? Prepared(ReplicaState core, SpecReplica spec)
    {
        var count = 0;
        foreach (var slot in core.Window)
        {
            if (slot.Certificate is not { } certificate) continue;
            count++;
            var specified = spec.PreparedAt(slot.SequenceNumber.Value);
            if (!IsSame(certificate, specified)) return At("prepared", slot.SequenceNumber, Text(certificate), Text(specified));
        }

        return count == spec.PreparedCount ? null : Missing("prepared", spec.Prepared.Keys, count);
    }

    private bool IsSame(PreparedCertificate certificate, SpecPrepared? specified) =>
        specified is not null
        && certificate.View.Value == specified.View
        && certificate.SequenceNumber.Value == specified.SequenceNumber
        && translation.Number(certificate.BatchDigest) == specified.Digest
        && translation.Number(certificate.NewView) == specified.NewView
        && certificate.Votes.Select(vote => vote.Replica.Value).SequenceEqual(specified.Voters);

    // Core drops what is decided below h and can't be executed for want of its batch: it is fetched with the state.
    private StateDifference? Committed(ReplicaState core, SpecReplica spec)
    {
        foreach (var slot in core.Window)
        {
            var specified = spec.CommittedAt(slot.SequenceNumber.Value);
            int? recorded = slot.Decision is { } decision ? translation.Number(decision.BatchDigest) : null;
            if (recorded != specified) return At("committed", slot.SequenceNumber, Short(recorded), Short(specified));
        }

        foreach (var waiting in core.Backlog)
        {
            var specified = spec.CommittedAt(waiting.SequenceNumber.Value);
            var recorded = translation.Number(waiting.Batch?.Digest ?? Digest.None);
            if (recorded != specified) return At("committed", waiting.SequenceNumber, Short(recorded), Short(specified));
        }

        return null;
    }

    private StateDifference? Checkpoints(ReplicaState core, SpecReplica spec)
    {
        foreach (var own in core.OwnCheckpoints)
        {
            var specified = spec.CheckpointAt(own.SequenceNumber.Value);
            if (specified != translation.Number(own.StateDigest)) return At("checkpoints", own.SequenceNumber, own.StateDigest.ToShortString(), Short(specified));
        }

        return core.OwnCheckpoints.Length == spec.CheckpointCount ? null : Missing("checkpoints", spec.Checkpoints.Keys, core.OwnCheckpoints.Length);
    }

    private StateDifference? Executed(ReplicaState core, SpecReplica spec)
    {
        var state = spec.State;
        if (core.LastExecuted.Value != spec.LastExecuted) return new StateDifference("last-executed", $"{core.LastExecuted}", $"{spec.LastExecuted}");
        if (translation.Number(core.ServiceDigest) != state.Service) return new StateDifference("service-digest", core.ServiceDigest.ToShortString(), Short(state.Service));
        if (ReferenceEquals(core.Clients, _equalClients.Core) && ReferenceEquals(state.ClientsIdentity, _equalClients.Spec)) return null;
        var difference = Clients(core.Clients, state);
        if (difference is null) _equalClients = (core.Clients, state.ClientsIdentity);
        return difference;
    }

    private StateDifference? Clients(ClientTable core, SpecState spec)
    {
        var specified = spec.Clients.ToDictionary(client => client.Key, client => client.Value);
        foreach (var (client, entry) in core.Entries)
        {
            var known = specified.GetValueOrDefault(client.Value);
            var page = known is null ? (Digest?)null : translation.PageDigest(client.Value, known);
            if (page != entry.PageDigest(client)) return new StateDifference("clients", $"client {client}: base {entry.Base}", known is null ? "nothing" : $"base {known.Base}");
        }

        return core.Entries.Count == specified.Count ? null : new StateDifference("clients", $"{core.Entries.Count} clients", $"{specified.Count} clients");
    }

    private static StateDifference At(string component, SequenceNumber n, string recorded, string specified) => new($"{component} at {n}", recorded, specified);

    private static StateDifference Missing(string component, IEnumerable<long> specified, int recorded) =>
        new(component, $"{recorded} places", $"places {GuardValues.Join(specified)}");

    private string Short(int? number) => number is { } known ? GuardValues.Short(translation, known) : "nothing";

    private static string Text(PreparedCertificate c) => $"view {c.View} {c.BatchDigest.ToShortString()} of {GuardValues.Join(c.Votes.Select(vote => vote.Replica.Value))}";

    private string Text(SpecPrepared? c) => c is null ? "nothing" : $"view {c.View} {Short(c.Digest)} of {GuardValues.Join(c.Voters)}";
}
