using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft log tail</c>: the last transitions, and with -f those that come.</summary>
internal static class LogTailCommand
{
    private const int MostWaiting = 1024;

    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var replica = LogArguments.Replica("Which replica's stream; all if none is named.");
        var lines = new Option<int>("-n", "--records") { Description = "How many of the last records of each stream.", DefaultValueFactory = _ => 10 };
        lines.Validators.Add(option =>
        {
            if (option.Tokens is [var given] && long.TryParse(given.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number < 0) option.AddError("-n takes a number from 0 up");
        });
        var follow = new Option<bool>("-f", "--follow") { Description = "Stays, and shows what is appended, until it is interrupted." };
        var command = new Command("tail", "The last transitions; with -f, those that come as well.") { replica, lines, follow };
        place.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var log = RunLog.Open(place.Of(parsed));
            var readable = new ReadableLog(log);
            var ends = readable.ReplicasOrAll(parsed.GetValue(replica)).Select(id => ShowLast(log, readable, id, parsed.GetValue(lines), terminal)).ToList();
            terminal.Result.Flush();
            var code = readable.Told(terminal);
            // nothing that comes fits behind a damage
            ends.RemoveAll(end => readable.IsDamaged(end.Replica));
            if (!parsed.GetValue(follow) || ends.Count == 0) return code;
            await Task.Run(() => Follow(log, ends, terminal, cancellation), CancellationToken.None).ConfigureAwait(false);
            return ExitCodes.Interrupted;
        });
        return command;
    }

    private sealed class End(ReplicaId replica, long revision, ReplicaState? state)
    {
        public ReplicaId Replica => replica;

        public long Revision { get; set; } = revision;

        public ReplicaState? State { get; set; } = state;
    }

    private static End ShowLast(RunLog log, ReadableLog readable, ReplicaId replica, int records, Terminal terminal)
    {
        var last = log.TailOf(replica).LastRevision;
        var end = new End(replica, -1, null);
        var recent = new Queue<LoggedStep>();
        foreach (var (record, before) in readable.Walk(replica, last))
        {
            (end.Revision, end.State) = (record.Revision, RunLog.After(record, before));
            recent.Enqueue(new LoggedStep(record, before));
            if (recent.Count > records) recent.Dequeue();
        }

        foreach (var transition in recent.SelectMany(step => TransitionLine.Of(step.Record, step.Before))) terminal.Result.WriteLine(transition.Text);
        return end;
    }

    /// <summary>Subscribes to the streams and writes what comes, in the order in which it comes.</summary>
    private static void Follow(RunLog log, IReadOnlyList<End> ends, Terminal terminal, CancellationToken cancellation)
    {
        using var arrived = new BlockingCollection<(End End, StoredEvent Stored)>(MostWaiting);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var followers = ends.Select(end => Task.Factory.StartNew(() => Follow(log, end, arrived, stop), stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            foreach (var (end, stored) in arrived.GetConsumingEnumerable(stop.Token))
            {
                Show(log, end, stored, terminal);
                if (arrived.Count == 0) terminal.Result.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // interrupted, or a follower failed, which is told now
        }

        stop.Cancel();
        Task.WhenAll(followers).GetAwaiter().GetResult();
    }

    private static void Follow(RunLog log, End end, BlockingCollection<(End End, StoredEvent Stored)> arrived, CancellationTokenSource stop)
    {
        try
        {
            using var subscription = log.Store.Subscribe(log.StreamOf(end.Replica), end.Revision);
            while (true) arrived.Add((end, subscription.Next(stop.Token)), stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // it is over
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    private static void Show(RunLog log, End end, StoredEvent stored, Terminal terminal)
    {
        // pieces of a large record: the record itself puts them together
        if (stored.Type == RecordTypes.Blob) return;
        var record = ReplicaLog.Read(log.Store, stored.Stream, stored.Revision).First();
        var before = end.State!;
        (end.Revision, end.State) = (stored.Revision, RunLog.After(record, before));
        foreach (var transition in TransitionLine.Of(record, before)) terminal.Result.WriteLine(transition.Text);
    }
}
