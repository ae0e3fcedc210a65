using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Cli.Running;

/// <summary>Carries out a plan.</summary>
internal sealed class Runner(Terminal terminal, bool acknowledge)
{
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private Action _stopWaiting = () => { };
    private volatile bool _interrupted;

    /// <summary>Whether the user has interrupted it.</summary>
    public bool Interrupted => _interrupted;

    /// <summary>Runs to the end, or until the user interrupts; what was done until then is in the log.</summary>
    /// <exception cref="EventStoreException">The log cannot be written.</exception>
    public RunResult Run(RunPlan plan)
    {
        using var impatient = new CancellationTokenSource();
        _stopWaiting = impatient.Cancel;
        using var store = plan.Place.Open(plan.Manifest.Genesis.Cluster, terminal, impatient.Token);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        using var pacer = new CommitPacer(store);
        RunStory? story = null;
        using var cluster = Begin(plan, store, created =>
        {
            story = new RunStory(created);
            if (acknowledge) _ = new Acknowledgements(terminal, created, pacer);
        });
        return Drive(plan, store, pacer, cluster, story!);
    }

    private static Cluster Begin(RunPlan plan, IEventStore store, Action<Cluster> prepare)
    {
        if (plan.Resumes) return Resumption.Resume(plan.Options, store, plan.Workload, prepare);
        var cluster = new Cluster(plan.Options, store, plan.Workload);
        prepare(cluster);
        cluster.Start();
        return cluster;
    }

    private RunResult Drive(RunPlan plan, IEventStore store, CommitPacer pacer, Cluster cluster, RunStory story)
    {
        var doneBefore = cluster.AcceptedCount;
        try
        {
            while (!_interrupted && cluster.Step())
            {
                story.Look();
                pacer.Tick();
                terminal.Progress(() => Progress(plan, cluster));
            }
        }
        catch (Exception e) when (e is not EventStoreException)
        {
            // What led here is worth looking at.
            pacer.Commit();
            throw;
        }

        story.Look();
        var outcome = Judge(plan, cluster);
        pacer.Commit();
        terminal.ClearProgress();
        var records = store.Streams().Sum(stream => store.Tail(stream) is { } tail ? tail.LastRevision + 1 : 0);
        return new RunResult(
            plan, outcome, cluster.Statistics, story, (cluster.Network.Sent, cluster.Network.Lost), records, doneBefore, _elapsed.Elapsed, _interrupted);
    }

    private static RunOutcome Judge(RunPlan plan, Cluster cluster)
    {
        var outcome = cluster.Finish();
        if (outcome.Safe && outcome.Completed) FinalStateCheck.Run(cluster, plan.Options.Service, plan.Workload);
        return outcome with { Safe = cluster.Checker.Violations.Count == 0, Violations = cluster.Checker.Violations };
    }

    private void Interrupt(PosixSignalContext context)
    {
        // The second one ends it at once; what was committed is in the log.
        context.Cancel = !_interrupted;
        _interrupted = true;
        _stopWaiting();
    }

    private string Progress(RunPlan plan, Cluster cluster) => string.Create(
        CultureInfo.InvariantCulture,
        $"{cluster.AcceptedCount:N0} of {plan.Manifest.Asked:N0} operations, {cluster.NowMilliseconds / 1000.0:F1} s simulated, {_elapsed.Elapsed.TotalSeconds:F0} s");
}
