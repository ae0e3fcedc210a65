using System.Collections.Immutable;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Rules;

/// <summary>
/// State transfer (paper section 4.6): a replica that fell behind takes the state of a checkpoint for which f+1 signed, so at least one
/// correct replica, page by page in messages. It installs state and never raises h by itself.
/// </summary>
internal static class TransferRules
{
    private const int PagesPerMessage = 16;
    private const int PagesAtFirst = 128;

    /// <summary>The latest checkpoint beyond what will be executed here anyway, with f+1 signers.</summary>
    public static CheckpointCertificate? Target(ReplicaState state)
    {
        var beyond = Predicates.Executable(state);
        CheckpointCertificate? best = null;
        if (state.Stable.SequenceNumber > beyond) best = state.Stable;
        if (state.KnownStable is { } known && known.SequenceNumber > beyond && IsLater(known.SequenceNumber, best)) best = known;
        var needed = Guard.IsOn(GuardName.WeakCertificate) ? state.Configuration.WeakQuorum : 1;
        for (var i = state.Checkpoints.Length - 1; i >= 0; i--)
        {
            var m = state.Checkpoints[i].Statement;
            if (m.SequenceNumber <= beyond || !IsLater(m.SequenceNumber, best)) continue;
            var certificate = CheckpointRules.CertificateFor(state, m.SequenceNumber, m.StateDigest);
            if (certificate.Votes.Length >= needed) best = certificate;
        }

        return best;
    }

    private static bool IsLater(SequenceNumber n, CheckpointCertificate? best) => best is null || n > best.SequenceNumber;

    /// <summary>
    /// A transfer starts at once where waiting cannot help: the stable checkpoint is ahead of what is at hand, or the others are
    /// beyond this replica's high watermark. Otherwise the replica first tries to finish by agreement (Fabric, issue 1877).
    /// </summary>
    public static void StartIfBehind(Turn turn)
    {
        var state = turn.State;
        if (state.Execution != ExecutionPhase.Idle) return;
        var cut = Predicates.Executable(state) < state.Low;
        if (!cut && !HasCheckpointBeyondHigh(state)) return;
        if (Target(state) is not { } target || (!cut && target.SequenceNumber <= state.High)) return;
        Start(turn, target, 0);
    }

    private static bool HasCheckpointBeyondHigh(ReplicaState state) =>
        (!state.Checkpoints.IsEmpty && state.Checkpoints[^1].Statement.SequenceNumber > state.High) || state.KnownStable?.SequenceNumber > state.High;

    /// <summary>
    /// At each status: a replica that knows of a later checkpoint and has not moved since its last status is stuck and fetches it.
    /// </summary>
    public static void StartIfStuck(Turn turn)
    {
        var state = turn.State;
        if (state.Execution != ExecutionPhase.Idle || Target(state) is not { } target) return;
        if (state.NotedExecuted == state.LastExecuted) Start(turn, target, 0);
        else turn.Emit(new ProgressNoted(state.LastExecuted));
    }

    private static void Start(Turn turn, CheckpointCertificate target, int attempt)
    {
        var sources = ImmutableArray.CreateBuilder<ReplicaId>();
        foreach (var vote in target.Votes)
        {
            if (vote.Replica != turn.State.Self) sources.Add(vote.Replica);
        }

        if (sources.Count == 0) return;
        turn.Emit(new TransferStarted(target.SequenceNumber, target.StateDigest, sources.ToImmutable(), attempt));
        Ask(turn);
    }

    /// <summary>The pages are late: the next source is asked, for a later checkpoint if there is one by now.</summary>
    public static void OnTimer(Turn turn)
    {
        if (turn.State.Transfer is not { } transfer) return;
        var target = Target(turn.State);
        if (target is not null && target.SequenceNumber > transfer.SequenceNumber)
        {
            Start(turn, target, transfer.Attempt + 1);
        }
        else
        {
            turn.Emit(new TransferStarted(transfer.SequenceNumber, transfer.StateDigest, transfer.Sources, transfer.Attempt + 1));
            Ask(turn);
        }
    }

    private static void Ask(Turn turn)
    {
        var transfer = turn.State.Transfer!;
        if (transfer.Manifest is null) AskFor(turn, transfer.Source, []);
        else if (transfer.Missing is not null) AskForPages(turn, FirstPages(transfer));
    }

    private static void AskForPages(Turn turn, ImmutableArray<int> pages)
    {
        var transfer = turn.State.Transfer!;
        for (var i = 0; i < pages.Length; i += PagesPerMessage)
        {
            var source = transfer.Sources[(transfer.Attempt + (i / PagesPerMessage)) % transfer.Sources.Length];
            AskFor(turn, source, pages.Slice(i, Math.Min(PagesPerMessage, pages.Length - i)));
        }
    }

    private static void AskFor(Turn turn, ReplicaId source, ImmutableArray<int> pages)
    {
        var transfer = turn.State.Transfer!;
        turn.Send(source, new FetchState(transfer.SequenceNumber, transfer.StateDigest, pages, turn.State.Self));
    }

    /// <summary>The pages that are asked for when an attempt begins.</summary>
    public static ImmutableArray<int> FirstPages(StateTransfer transfer) =>
        transfer.Missing is null ? [] : After(transfer.Missing, -1, PagesAtFirst);

    /// <summary>The pages that are asked for when others have come.</summary>
    public static ImmutableArray<int> NextPages(StateTransfer transfer) =>
        transfer.Missing is null ? [] : After(transfer.Missing, transfer.Requested, PagesPerMessage);

    /// <summary>The highest page asked for.</summary>
    public static int LastOf(ImmutableArray<int> pages, int otherwise) => pages.IsEmpty ? otherwise : pages[^1];

    private static ImmutableArray<int> After(ImmutableSortedSet<int> missing, int index, int count)
    {
        var pages = ImmutableArray.CreateBuilder<int>();
        var at = missing.IndexOf(index + 1);
        for (var i = at < 0 ? ~at : at; i < missing.Count && pages.Count < count; i++) pages.Add(missing[i]);
        return pages.ToImmutable();
    }

    /// <summary>The page digests came; they must give the digest that f+1 signed.</summary>
    public static void OnManifest(Turn turn, StateManifest m)
    {
        if (turn.State.Transfer is not { Manifest: null } transfer || transfer.SequenceNumber != m.SequenceNumber)
        {
            turn.Refuse(Refusal.NotAskedFor);
            return;
        }

        var digest = StateDigests.Of(m.SequenceNumber, m.ClientPages.AsSpan(), PageTree.Root(m.ServicePages.AsSpan()));
        if (digest != transfer.StateDigest)
        {
            turn.Refuse(Refusal.WrongDigest);
            return;
        }

        turn.Emit(new ManifestAccepted(m));
        turn.Do(new StageState(m.SequenceNumber, m.ClientPages, m.ServicePages, transfer.Attempt > 0));
    }

    /// <summary>The host knows which pages are missing.</summary>
    public static void OnStaged(Turn turn, StateStaged staged)
    {
        if (turn.State.Transfer is not { Manifest: not null, Missing: null } transfer || transfer.SequenceNumber != staged.SequenceNumber)
        {
            turn.Refuse(Refusal.NotAskedFor);
            return;
        }

        turn.Emit(new TransferStaged(staged.Missing));
        if (staged.Missing.IsEmpty) turn.Do(new InstallState(transfer.SequenceNumber, transfer.StateDigest));
        else AskForPages(turn, FirstPages(turn.State.Transfer!));
    }

    /// <summary>Pages came; each must have the digest that the manifest names, else the message is refused whole.</summary>
    public static void OnPages(Turn turn, StatePages m)
    {
        if (turn.State.Transfer is not { Missing: not null } transfer || transfer.SequenceNumber != m.SequenceNumber)
        {
            turn.Refuse(Refusal.NotAskedFor);
            return;
        }

        var wanted = ImmutableArray.CreateBuilder<StatePage>();
        foreach (var page in m.Pages)
        {
            if (!Guard.Holds(GuardName.PageDigest, transfer.PageDigest(page.Index) == PageTree.PageDigest(page.Content.AsSpan())))
            {
                turn.Refuse(Refusal.WrongDigest);
                return;
            }

            if (transfer.Missing.Contains(page.Index)) wanted.Add(page);
        }

        if (wanted.Count == 0) turn.Refuse(Refusal.NotNeeded);
        else AcceptPages(turn, m.Replica, wanted.ToImmutable());
    }

    private static void AcceptPages(Turn turn, ReplicaId source, ImmutableArray<StatePage> pages)
    {
        var next = NextPages(turn.State.Transfer!);
        turn.Emit(new PagesAccepted(ImmutableArray.CreateRange(pages, page => page.Index)));
        var transfer = turn.State.Transfer!;
        turn.Do(new StorePages(transfer.SequenceNumber, pages));
        if (transfer.Missing!.IsEmpty) turn.Do(new InstallState(transfer.SequenceNumber, transfer.StateDigest));
        else if (!next.IsEmpty) AskFor(turn, source, next);
    }

    /// <summary>The state is in place: execution goes on after it.</summary>
    public static void OnInstalled(Turn turn, StateInstalled installed)
    {
        if (turn.State.Transfer is not { } transfer || transfer.SequenceNumber != installed.SequenceNumber)
        {
            turn.Refuse(Refusal.NotAskedFor);
            return;
        }

        var digest = StateDigests.Of(installed.SequenceNumber, installed.Clients.PageDigests().AsSpan(), installed.ServiceDigest);
        if (digest != transfer.StateDigest || installed.StateDigest != transfer.StateDigest)
        {
            turn.Emit(new Halted($"checkpoint {installed.SequenceNumber}: the state that was installed has the digest {digest}, f+1 replicas signed {transfer.StateDigest}"));
            return;
        }

        turn.Emit(new TransferCompleted(installed.SequenceNumber, installed.StateDigest, installed.Clients, installed.ServiceDigest));
    }

    /// <summary>Another replica asks for a checkpoint; the host has the pages.</summary>
    public static void OnFetchState(Turn turn, FetchState m)
    {
        if (m.Replica == turn.State.Self) turn.Refuse(Refusal.Duplicate);
        else if (m.Pages.Length > PagesPerMessage) turn.Refuse(Refusal.NotNeeded);
        else turn.Do(new SendState(m.Replica, m.SequenceNumber, m.StateDigest, m.Pages));
    }
}
