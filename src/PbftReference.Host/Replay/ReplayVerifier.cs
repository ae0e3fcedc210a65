using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Inputs;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;

namespace PbftReference.Host.Replay;

/// <summary>Where a replay differs from the record.</summary>
/// <param name="Revision">The record.</param>
/// <param name="Type">Its type.</param>
/// <param name="Explanation">What differs.</param>
public sealed record ReplayMismatch(long Revision, string Type, string Explanation);

/// <summary>What a replay found.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Steps">Steps decided again.</param>
/// <param name="State">The state at the end.</param>
/// <param name="Service">The service at the end.</param>
/// <param name="Mismatch">The first difference; null if there is none.</param>
public sealed record ReplayReport(string Stream, long Steps, ReplicaState State, ServiceRunner Service, ReplayMismatch? Mismatch);

/// <summary>
/// Decides every recorded input again, runs the service again, and compares each step byte for byte with its record: whether this code,
/// on this machine, does what the replica did.
/// </summary>
public sealed class ReplayVerifier
{
    private readonly ServiceRunner _service;
    private Execute? _executing;
    private InstallState? _installing;
    private StateStaged? _staged;
    private ReplicaState _state;

    private ReplayVerifier(ReplicaState state, ServiceRunner service)
    {
        (_state, _service) = (state, service);

        // a snapshot may have been taken while the service executed
        if (state.Execution == ExecutionPhase.Executing) _executing = new Execute(state.LastExecuted.Next, ExecutionRules.RunnableNext(state));
    }

    /// <summary>Replays one replica's stream up to a revision.</summary>
    /// <param name="store">The store.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="until">The last revision to replay.</param>
    /// <param name="progress">Told of every replayed revision; null for nobody.</param>
    /// <exception cref="LogFormatException">A record cannot be read.</exception>
    public static ReplayReport Verify(
        IEventStore store, Genesis genesis, ReplicaId replica, long until = long.MaxValue, Action<long>? progress = null)
    {
        var start = ReplicaRecovery.Begin(store, genesis, replica);
        var verifier = new ReplayVerifier(start.State, start.Service);
        var stream = LogStreams.OfReplica(genesis.Cluster, replica);
        var steps = 0L;
        foreach (var record in ReplicaLog.ReadAfter(store, stream, start.Position))
        {
            if (record.Revision > until) break;
            progress?.Invoke(record.Revision);
            if (record.SnapshotTaken is { } taken && StateFingerprint.Of(verifier._state) != taken.Fingerprint)
            {
                var forged = new ReplayMismatch(record.Revision, record.Type, "the snapshot that it confirms holds another state than the steps give");
                return new ReplayReport(stream, steps, verifier._state, verifier._service, forged);
            }

            if (record.Step is not { } step) continue;
            steps++;
            if (verifier.Replay(record, step) is { } explanation)
            {
                var mismatch = new ReplayMismatch(record.Revision, record.Type, explanation);
                return new ReplayReport(stream, steps, verifier._state, verifier._service, mismatch);
            }
        }

        return new ReplayReport(stream, steps, verifier._state, verifier._service, null);
    }

    private string? Replay(LogRecord record, Step step)
    {
        if (CheckInput(step.Input) is { } wrongInput) return wrongInput;
        Step decided;
        ReplicaState state;
        try
        {
            (decided, state) = Replica.Decide(_state, step.Input);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return $"the input cannot have come in this state: {e.Message}";
        }

        var again = StepCodec.Encode(decided);
        if (again.Type != record.Type || !again.Data.AsSpan().SequenceEqual(record.Data.Span))
        {
            return $"decided again, the step is {System.Text.Encoding.UTF8.GetString(again.Data)}";
        }

        _state = state;
        foreach (var effect in decided.Effects) CarryOut(effect);
        return null;
    }

    /// <summary>
    /// An input that answers an effect must be what the service, run again, answers. The service runs only now: what a crash kept from
    /// being answered was lost with the process.
    /// </summary>
    private string? CheckInput(Input input)
    {
        switch (input)
        {
            case ReplicaStarted:
                (_executing, _installing, _staged) = (null, null, null);
                return null;
            case ExecutionCompleted recorded:
                return _executing is null ? $"execution of {recorded.SequenceNumber} completed and was not asked for" : CheckExecution(recorded, _executing);
            case StateStaged recorded when _staged is not null && _staged.Missing.Except(recorded.Missing).Any():
                return $"pages of checkpoint {recorded.SequenceNumber} were at hand then and are not now";
            case StateInstalled recorded:
                return _installing is null ? $"checkpoint {recorded.SequenceNumber} was installed and was not asked for" : CheckInstallation(recorded, _installing);
            default:
                return null;
        }
    }

    private string? CheckExecution(ExecutionCompleted recorded, Execute asked)
    {
        _executing = null;
        return Differ(recorded, _service.Run(asked));
    }

    private string? CheckInstallation(StateInstalled recorded, InstallState asked)
    {
        _installing = null;
        var again = _service.Install(asked);
        if (again.StateDigest != recorded.StateDigest || !again.Clients.PageDigests().SequenceEqual(recorded.Clients.PageDigests()))
        {
            return $"installing checkpoint {recorded.SequenceNumber} gave another client table than the recorded one";
        }

        if (again.ServiceDigest == recorded.ServiceDigest) return null;
        return $"installing checkpoint {recorded.SequenceNumber} gave service digest {again.ServiceDigest}, recorded is {recorded.ServiceDigest}";
    }

    private static string? Differ(ExecutionCompleted recorded, ExecutionCompleted again)
    {
        if (recorded.ServiceDigest != again.ServiceDigest)
        {
            return $"executing {recorded.SequenceNumber} again gave service digest {again.ServiceDigest}, recorded is {recorded.ServiceDigest}";
        }

        if (recorded.Results.Length != again.Results.Length)
        {
            return $"executing {recorded.SequenceNumber} again gave {again.Results.Length} results, recorded are {recorded.Results.Length}";
        }

        for (var i = 0; i < recorded.Results.Length; i++)
        {
            if (i < again.Results.Length && recorded.Results[i].AsSpan().SequenceEqual(again.Results[i].AsSpan())) continue;
            return $"executing {recorded.SequenceNumber} again gave another result for its request {i + 1}";
        }

        return null;
    }

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Execute e: _executing = e; break;
            case TakeCheckpoint e: _service.Keep(e); break;
            case DiscardCheckpoints e: _service.Discard(e); break;
            case StageState e: _staged = _service.Stage(e); break;
            case StorePages e: _service.Store(e); break;
            case InstallState e: _installing = e; break;
            default: break;
        }
    }
}
