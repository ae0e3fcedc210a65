using System.CommandLine;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Live;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Clusters;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft cluster</c>: a cluster of processes on this machine.</summary>
internal static class ClusterCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AfterAnEnd = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceWithQuorum = TimeSpan.FromSeconds(10);

    public static Command Create(Terminal terminal) => new("cluster", "A cluster of real processes on this machine: makes, starts, stops, looks at it.")
    {
        CreateUp(terminal),
        ClusterStatusCommand.Create(terminal),
        CreateOnSome(terminal, "stop", "Stops replicas in good order: all, or those that are named.", Stop),
        CreateRestart(terminal),
        CreateOnSome(terminal, "kill", "Kills replicas at once (SIGKILL): all, or those that are named.", (cluster, replica, output) => Signal(cluster, replica, output, NodeSignal.Kill, "killed")),
        CreateOnSome(terminal, "freeze", "Makes replicas stand still (SIGSTOP): all, or those that are named.", (cluster, replica, output) => Signal(cluster, replica, output, NodeSignal.Stop, "frozen")),
        CreateOnSome(terminal, "thaw", "Lets frozen replicas go on (SIGCONT): all, or those that are named.", (cluster, replica, output) => Signal(cluster, replica, output, NodeSignal.Continue, "goes on")),
    };

    private static Command CreateUp(Terminal terminal)
    {
        var options = new NewClusterOptions();
        var ids = LiveOptions.Replicas("Replicas to start. [default: all]");
        var command = new Command("up", "Makes a cluster if there is none, starts its replicas as processes, and waits until they are ready.") { ids };
        options.AddTo(command);
        command.SetAction((line, cancellation) => Up(line, options, line.GetValue(ids)!, terminal, cancellation));
        return command;
    }

    private static async Task<int> Up(ParseResult line, NewClusterOptions options, int[] ids, Terminal terminal, CancellationToken cancellation)
    {
        var cluster = new ClusterDirectory(line.GetValue(options.Cluster)!);
        if (!cluster.Exists) options.Create(line, cluster, terminal);
        else if (options.GivenOf(line) is { } given) throw new CommandException(ExitCodes.Usage, $"there is a cluster in {cluster.Path} already: leave out {given.Name}, or take another directory");
        var replicas = Chosen(cluster, ids);
        return await StartAll(cluster, replicas, terminal, cancellation).ConfigureAwait(false);
    }

    private static Command CreateRestart(Terminal terminal)
    {
        var directory = LiveOptions.Cluster();
        var ids = LiveOptions.Replicas("Which replicas. [default: all]");
        var command = new Command("restart", "Stops replicas, starts them again, and waits until they are ready: all, or those that are named.") { ids, directory };
        command.SetAction((line, cancellation) =>
        {
            var cluster = LiveOptions.Existing(line.GetValue(directory)!);
            var replicas = Chosen(cluster, line.GetValue(ids)!);
            foreach (var replica in replicas) Stop(cluster, replica, terminal);
            return StartAll(cluster, replicas, terminal, cancellation);
        });
        return command;
    }

    private static async Task<int> StartAll(ClusterDirectory cluster, ReplicaId[] replicas, Terminal terminal, CancellationToken cancellation)
    {
        foreach (var note in LiveOptions.NotesOnEnvironment()) terminal.Note($"note: {note}");
        foreach (var name in NodeProcess.KeptBack) terminal.Note($"note: {name} is not passed on: it would reach every replica; write it into the node.json of the one that it is meant for");
        try
        {
            using var http = new NodeHttpClient(cluster);
            foreach (var replica in replicas) await Start(cluster, replica, http, terminal, cancellation).ConfigureAwait(false);
            return await WaitUntilReady(cluster, replicas, http, terminal, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not CommandException)
        {
            terminal.Note($"pbft: not all was done{GoingOn(cluster)}");
            throw;
        }
    }

    private static Command CreateOnSome(Terminal terminal, string name, string what, Action<ClusterDirectory, ReplicaId, Terminal> act)
    {
        var directory = LiveOptions.Cluster();
        var ids = LiveOptions.Replicas("Which replicas. [default: all]");
        var command = new Command(name, what) { ids, directory };
        command.SetAction(line =>
        {
            var cluster = LiveOptions.Existing(line.GetValue(directory)!);
            var replicas = Chosen(cluster, line.GetValue(ids)!);
            using var http = new NodeHttpClient(cluster);
            foreach (var replica in replicas) http.AdoptLost(replica, CancellationToken.None).GetAwaiter().GetResult();
            foreach (var replica in replicas) act(cluster, replica, terminal);
            return ExitCodes.Holds;
        });
        return command;
    }

    private static ReplicaId[] Chosen(ClusterDirectory cluster, int[] ids)
    {
        var n = cluster.Members().Configuration.Replicas;
        if (ids.FirstOrDefault(id => id < 0 || id >= n, -1) is var wrong && ids.Any(id => id < 0 || id >= n)) throw new CommandException(ExitCodes.Usage, $"there is no replica {wrong}: the cluster has replicas 0 to {n - 1}");
        return [.. (ids.Length == 0 ? Enumerable.Range(0, n) : ids.Distinct()).Select(id => new ReplicaId(id))];
    }

    private static async Task Start(ClusterDirectory cluster, ReplicaId replica, NodeHttpClient http, Terminal terminal, CancellationToken cancellation)
    {
        var process = new NodeProcess(cluster, replica);
        if (process.Pid is { } running)
        {
            terminal.Result.WriteLine($"replica {replica} runs already: process {running}");
            return;
        }

        // its node.pid may be lost; started once more, two would stand for one replica
        if (await http.AdoptLost(replica, cancellation).ConfigureAwait(false) is { } unknown)
        {
            terminal.Result.WriteLine($"replica {replica} runs already: process {unknown}, which {process.PidFile} names again");
            return;
        }

        terminal.Result.WriteLine($"replica {replica} started: process {process.Start(ThisProgram.Words)}");
    }

    private static void Stop(ClusterDirectory cluster, ReplicaId replica, Terminal terminal)
    {
        var process = new NodeProcess(cluster, replica);
        if (!process.Send(NodeSignal.Terminate))
        {
            terminal.Result.WriteLine($"replica {replica} does not run");
            return;
        }

        process.Send(NodeSignal.Continue);
        if (!process.WaitForEnd(Patience)) throw new CommandException(ExitCodes.NoProgress, $"replica {replica} has not stopped within {Patience.TotalSeconds:0} s: see {process.Output}, or 'pbft cluster kill {replica}'");
        terminal.Result.WriteLine($"replica {replica} stopped");
    }

    private static void Signal(ClusterDirectory cluster, ReplicaId replica, Terminal terminal, NodeSignal signal, string done)
    {
        var process = new NodeProcess(cluster, replica);
        if (!process.Send(signal)) terminal.Result.WriteLine($"replica {replica} does not run");
        else if (signal == NodeSignal.Stop ? process.WaitUntilFrozen(PatienceWithQuorum) : signal != NodeSignal.Kill || process.WaitForEnd(Patience)) terminal.Result.WriteLine($"replica {replica} {done}");
        else throw new CommandException(ExitCodes.NoProgress, $"replica {replica} is not {done} within {Patience.TotalSeconds:0} s");
    }

    private static async Task<int> WaitUntilReady(ClusterDirectory cluster, ReplicaId[] replicas, NodeHttpClient http, Terminal terminal, CancellationToken cancellation)
    {
        var quorum = cluster.Members().Configuration.Quorum;
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var missing = new List<string>();
            foreach (var replica in replicas)
            {
                var process = new NodeProcess(cluster, replica);
                if (process.Pid is null) throw new CommandException(ExitCodes.Data, $"replica {replica} has ended: {LastLine(process.Output)}; all of it is in {process.Output}{GoingOn(cluster)}");
                if (process.IsFrozen) missing.Add($"replica {replica}: {NodeHttpClient.Frozen}");
                else if (await http.NotReady(replica, cancellation).ConfigureAwait(false) is { } why) missing.Add($"replica {replica}: {why}{(why == NodeHttpClient.Silent && waited.Elapsed > PatienceWithQuorum ? $"; it said: {LastLine(process.Output)}" : "")}");
            }

            if (missing.Count == 0 || (replicas.Length < quorum && missing.TrueForAll(why => !why.Contains(NodeHttpClient.Silent, StringComparison.Ordinal)))) break;
            if (replicas.Length - missing.Count >= quorum && waited.Elapsed > PatienceWithQuorum)
            {
                terminal.Note($"a quorum is ready; not yet: {string.Join("; ", missing)}");
                break;
            }

            if (waited.Elapsed > Patience) throw new CommandException(ExitCodes.NoProgress, $"not ready within {Patience.TotalSeconds:0} s: {string.Join("; ", missing)}{GoingOn(cluster)}");
            terminal.Progress(() => missing[0]);
            await Task.Delay(50, cancellation).ConfigureAwait(false);
        }

        terminal.ClearProgress();
        if (replicas.Length < quorum && await ReadyOf(cluster, http, cancellation).ConfigureAwait(false) < quorum)
        {
            terminal.Note($"nothing is agreed on until a quorum of {quorum} replicas runs: start the others by 'pbft cluster up --cluster {ShellWord.Of(cluster.Path)}'");
            return ExitCodes.Holds;
        }

        terminal.Note($"-> pbft submit --cluster {ShellWord.Of(cluster.Path)} 'some operation'");
        return ExitCodes.Holds;
    }

    private static async Task<int> ReadyOf(ClusterDirectory cluster, NodeHttpClient http, CancellationToken cancellation)
    {
        var ready = await Task.WhenAll(cluster.Members().Replicas.Select(async r => await http.NotReady(r.Id, cancellation).ConfigureAwait(false) is null)).ConfigureAwait(false);
        return ready.Count(one => one);
    }

    // The others were started, and are left as they are: they may have been promised things meanwhile.
    private static string GoingOn(ClusterDirectory cluster)
    {
        // what ended one may be about to end the others
        Thread.Sleep(AfterAnEnd);
        var running = cluster.Members().Replicas.Select(r => r.Id).Where(id => new NodeProcess(cluster, id).Pid is not null).ToList();
        return running.Count == 0 ? ". No replica runs." : $". Of the cluster go on: {string.Join(", ", running)}; 'pbft cluster stop --cluster {ShellWord.Of(cluster.Path)}' stops them.";
    }

    // The last thing that it said: a message of its log is a JSON line, an error's text is not.
    private static string LastLine(string path)
    {
        var last = File.Exists(path) ? File.ReadLines(path).LastOrDefault(line => line.Length > 0) : null;
        if (last is null) return "it said nothing";
        if (last.StartsWith('{'))
        {
            try
            {
                var json = JObject.Parse(last);
                last = $"{json["Message"]}{(json["Exception"] is { } exception ? $": {((string)exception!).Split('\n')[0]}" : "")}";
            }
            catch (JsonException)
            {
                // half a line: as it is
            }
        }

        return (last.StartsWith("pbft: ", StringComparison.Ordinal) ? last["pbft: ".Length..] : last).TrimEnd('.');
    }
}
