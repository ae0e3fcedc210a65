using PbftReference.Audit.Verification;
using PbftReference.Audit.Verification.Foreign;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.EventLog.Trace;
using PbftReference.Host.Services;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;
using PbftReference.Tests.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Audit.Foreign;

/// <summary>This project's own traces without their records are judged like anybody's.</summary>
public sealed class StrippedTraceTests(InspectedRun run) : IClassFixture<InspectedRun>
{
    [Fact]
    public void A_run_without_its_records_conforms()
    {
        var file = run.Beside("stripped.jsonl");
        using (var store = RunDirectory.OpenLog(run.Directory))
        {
            var genesis = RunDirectory.ReadManifest(run.Directory).Genesis;
            var (header, steps) = Stripped(store, genesis.Configuration, genesis.Service);
            using var stream = File.Create(file);
            TraceFile.Write(stream, header, steps.Select(step => new TraceLine(step, null)));
        }

        var result = Pbft.Run("verify", file, "--faulty", "0", "--expect", "executed>=1,views-entered>=1,stable>=1");
        Assert.True(result.ExitCode == 0, result.Output);
    }

    // In each of them a commit proof came to a replica before the votes with which it could have committed.
    [Theory]
    [InlineData("2", "--operations", "500")]
    [InlineData("5", "--operations", "500")]
    [InlineData("13", "--operations", "500")]
    [InlineData("24", "--operations", "400", "--checkpoint-period", "4", "--request-timeout", "200")]
    [InlineData("8", "--operations", "300", "--replicas", "7")]
    public void A_run_with_many_faults_without_its_records_conforms(string seed, params string[] options)
    {
        using var directory = new TemporaryDirectory();
        var log = Path.Combine(directory.Path, "log");
        Pbft.Succeed(["run", "--seed", seed, "--faults", "many", "--log", log, .. options]);
        using var store = RunDirectory.OpenLog(log);
        var genesis = RunDirectory.ReadManifest(log).Genesis;
        var (header, steps) = Stripped(store, genesis.Configuration, genesis.Service);
        var report = TraceVerifier.Run(header, steps, new VerificationOptions());
        Assert.True(report.Verdict == Verdict.Conforms, $"seed {seed}: {report.Verdict} {report.Violations.FirstOrDefault()} {report.Missing.FirstOrDefault()}");
        Assert.True(report.Total["commit-proofs"] > 0, $"seed {seed}: no commit proof");
    }

    [Theory]
    [InlineData(2, "view-changes", "faulty-messages")]
    [InlineData(17, "transfers", "restarts")]
    [InlineData(26, "transfers", "views-entered")]
    public void A_fuzzed_run_without_its_records_conforms(ulong seed, params string[] holds)
    {
        var report = Judge(seed, steps => steps);
        Assert.True(report.Verdict == Verdict.Conforms, $"seed {seed}: {report.Verdict} {report.Violations.FirstOrDefault()} {report.Missing.FirstOrDefault()}");
        Assert.All(holds, name => Assert.True(report.Total[name] > 0, $"seed {seed}: no {name}"));
    }

    [Fact]
    public void Fuzzed_runs_without_their_records_leave_nothing_undone()
    {
        foreach (var (seed, report) in ParallelEnumerable.Range(1, 40).Select(seed => (seed, Judge((ulong)seed, steps => steps))).AsSequential())
        {
            Assert.True(report.Violations.IsEmpty, $"seed {seed}: {report.Violations.FirstOrDefault()}");
            Assert.All(report.Missing, missing => Assert.False(missing.Contains("could do", StringComparison.Ordinal), $"seed {seed}: {missing}"));
        }
    }

    [Theory]
    [InlineData(MessageKind.Prepare)]
    [InlineData(MessageKind.Commit)]
    [InlineData(MessageKind.Checkpoint)]
    public void A_changed_send_violates(MessageKind kind)
    {
        var report = Judge(2, steps => Changed(steps, kind));
        Assert.Equal(Verdict.Violates, report.Verdict);
    }

    [Theory]
    [InlineData(MessageKind.Prepare)]
    [InlineData(MessageKind.Commit)]
    [InlineData(MessageKind.Checkpoint)]
    public void A_send_that_is_left_out_violates(MessageKind kind)
    {
        var report = Judge(2, steps => Changed(steps, kind, _ => null));
        Assert.Equal(Verdict.Violates, report.Verdict);
    }

    private static TraceStep[] Changed(TraceStep[] steps, MessageKind kind, Func<Message, Message?>? change = null)
    {
        var at = Array.FindIndex(steps, step => step.Replica.Value != 0 && Sends(step, kind) >= 0);
        var send = steps[at].Sends[Sends(steps[at], kind)];
        var changed = (change ?? Other)(send.Message.Message!);
        var sends = steps[at].Sends.Remove(send);
        steps[at] = steps[at] with { Sends = changed is null ? sends : [send with { Message = TraceMessage.Of(changed, Signature.Own) }, .. sends] };
        return steps;
    }

    private static int Sends(TraceStep step, MessageKind kind)
    {
        for (var i = 0; i < step.Sends.Length; i++)
        {
            if (step.Sends[i].Message.Message is ReplicaMessage message && message.Kind == kind && message.Replica == step.Replica) return i;
        }

        return -1;
    }

    private static Message Other(Message message) => message switch
    {
        Prepare m => m with { BatchDigest = Digest.Of([1]) },
        Commit m => m with { BatchDigest = Digest.Of([1]) },
        Checkpoint m => m with { StateDigest = Digest.Of([1]) },
        _ => throw new InvalidOperationException($"{message.Kind} is not changed"),
    };

    private static VerificationReport Judge(ulong seed, Func<TraceStep[], TraceStep[]> change)
    {
        using var store = new InMemoryEventStore();
        var fuzzed = FuzzCase.FromSeed(seed, 4);
        Fuzzer.Run(fuzzed, store);
        var configuration = fuzzed.Options.Configuration with { InitialServiceDigest = ServiceFactory.Create(fuzzed.Options.Service).Digest };
        var (header, steps) = Stripped(store, configuration, fuzzed.Options.Service);
        var faulty = fuzzed.Options.Faulty.Select(replica => replica.Replica);
        steps = change([.. steps.Where(step => !faulty.Contains(step.Replica))]);
        return TraceVerifier.Run(header, steps, new VerificationOptions { Faulty = [.. faulty] });
    }

    private static (TraceHeader Header, TraceStep[] Steps) Stripped(IEventStore store, ClusterConfiguration configuration, string service)
    {
        var header = new TraceHeader(
            TraceProfile.NamedNewView, TraceAuthentication.Signatures, "stripped", "sim", service, Digest.None, configuration, TraceExport.StreamsOf(store, null), null);
        var steps = TraceExport.Lines(store, header).Select(line => line.Step).OfType<TraceStep>().ToArray();
        return (header with { Streams = [] }, steps);
    }
}
