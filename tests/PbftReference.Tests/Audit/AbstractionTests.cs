using PbftReference.Audit.Verification;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Spec;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>The comparison of states sees a change of each component.</summary>
public sealed class AbstractionTests
{
    private static readonly Digest Other = Digest.Of([1, 2, 3]);

    private static readonly Dictionary<string, (string Component, Func<ReplicaState, ReplicaState> Change)> Changes = new(StringComparer.Ordinal)
    {
        ["another view"] = ("view", s => s with { View = s.View.Next }),
        ["view not entered"] = ("active", s => s with { Phase = ReplicaPhase.ViewChanging }),
        ["another new-view"] = ("new-view", s => s with { CurrentNewView = Other }),
        ["another stable digest"] = ("stable", s => s with { Stable = s.Stable with { StateDigest = Other } }),
        ["another stable number"] = ("stable", s => s with { Stable = s.Stable with { SequenceNumber = s.Stable.SequenceNumber.Next } }),
        ["another proposal"] = ("accepted", s => At(s, slot => slot.Votes[s.Self.Value] is not null, slot => slot with { Votes = slot.Votes.SetItem(s.Self.Value, slot.Votes[s.Self.Value]! with { BatchDigest = Other }) })),
        ["a proposal less"] = ("accepted", s => At(s, slot => slot.Votes[s.Self.Value] is not null, slot => slot with { Votes = slot.Votes.SetItem(s.Self.Value, null) })),
        ["a proposal more"] = ("accepted", s => At(s, slot => slot.Votes[s.Self.Value] is null, slot => slot with { Votes = slot.Votes.SetItem(s.Self.Value, new PrepareVote(s.View, Other, s.CurrentNewView, Signature.Own)) })),
        ["a certificate of another view"] = ("prepared", s => OfCertificate(s, c => c with { View = c.View.Next })),
        ["a certificate for another digest"] = ("prepared", s => OfCertificate(s, c => c with { BatchDigest = Other })),
        ["a certificate that names another new-view"] = ("prepared", s => OfCertificate(s, c => c with { NewView = Other })),
        ["a certificate of fewer voters"] = ("prepared", s => OfCertificate(s, c => c with { Votes = c.Votes.RemoveAt(0) })),
        ["a certificate less"] = ("prepared", s => OfCertificate(s, _ => null)),
        ["another decision"] = ("committed", s => At(s, slot => slot.Decision is not null, slot => slot with { Decision = slot.Decision! with { BatchDigest = Other } })),
        ["a decision less"] = ("committed", s => At(s, slot => slot.Decision is not null, slot => slot with { Decision = null })),
        ["a decision more, in the backlog"] = ("committed", s => s with { Backlog = [new DecidedBatch(s.High.Next, null)] }),
        ["another checkpoint"] = ("checkpoints", s => s with { OwnCheckpoints = s.OwnCheckpoints.SetItem(0, s.OwnCheckpoints[0] with { StateDigest = Other }) }),
        ["a checkpoint less"] = ("checkpoints", s => s with { OwnCheckpoints = s.OwnCheckpoints.RemoveAt(0) }),
        ["another last execution"] = ("last-executed", s => s with { LastExecuted = s.LastExecuted.Next }),
        ["another service"] = ("service-digest", s => s with { ServiceDigest = Other }),
        ["a client's base"] = ("clients", s => OfClient(s, e => e with { Base = e.Base.Next })),
        ["a client's executed timestamps"] = ("clients", s => OfClient(s, e => e with { Executed = e.Executed | 0b100 })),
        ["a client's reply"] = ("clients", s => OfClient(s, e => e with { Replies = e.Replies.SetItem(1, new CachedReply(new Timestamp(1), [9, 9])) })),
        ["a client less"] = ("clients", s => s with { Clients = new ClientTable(s.Clients.Window, s.Clients.Entries.Remove(s.Clients.Entries.Keys.First())) }),
        ["a client more"] = ("clients", s => s with { Clients = new ClientTable(s.Clients.Window, s.Clients.Entries.Add(new ClientId(999), ClientEntry.New(s.Clients.Window))) }),
    };

    public static TheoryData<string> Names { get; } = [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_change_is_seen(string name)
    {
        var (state, specified, translation) = Busy();
        var (component, change) = Changes[name];
        Assert.Null(new Abstraction(translation).Difference(state, specified));
        var difference = new Abstraction(translation).Difference(change(state), specified);
        Assert.NotNull(difference);
        Assert.StartsWith(component, difference.Component, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_component_is_changed_by_a_test() =>
        Assert.Equal(Abstraction.Components.Order(StringComparer.Ordinal), Changes.Values.Select(change => change.Component).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_difference_is_a_violation_that_names_component_and_values()
    {
        var difference = new StateDifference("view", "1", "2");
        Assert.Equal("view: recorded 1, specified 2", difference.ToString());
    }

    // A replica with something in every component: proposals with and without a decision, own checkpoints, clients.
    private static (ReplicaState State, SpecReplica Specified, SpecTranslation Translation) Busy()
    {
        var run = RecordedRun.Calm();
        var translation = new SpecTranslation(run.Configuration);
        var verifier = new LocalVerifier(translation, new ReplicaId(1));
        foreach (var step in run.Steps(1))
        {
            Assert.Null(verifier.Accept(step, out _));
            var s = verifier.State;
            var decided = s.Window.Count(slot => slot.Decision is not null);
            if (s.Low.Value > 0 && decided > 0 && s.OwnCheckpoints.Length > 0 && s.Window.Any(slot => slot.Votes[1] is null)) return (s, verifier.Replica, translation);
        }

        throw new InvalidOperationException("the run is never busy enough");
    }

    private static ReplicaState At(ReplicaState s, Func<Slot, bool> which, Func<Slot, Slot> change)
    {
        var slot = s.Window.First(which);
        return s with { Window = s.Window.Replace(slot, change(slot)) };
    }

    private static ReplicaState OfCertificate(ReplicaState s, Func<PreparedCertificate, PreparedCertificate?> change) =>
        At(s, slot => slot.Certificate is not null, slot => slot with { Certificate = change(slot.Certificate!) });

    private static ReplicaState OfClient(ReplicaState s, Func<ClientEntry, ClientEntry> change)
    {
        var (client, entry) = s.Clients.Entries.First();
        return s with { Clients = new ClientTable(s.Clients.Window, s.Clients.Entries.SetItem(client, change(entry))) };
    }
}
