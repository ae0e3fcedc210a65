using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Live;
using PbftReference.Cli.Output;
using PbftReference.Runtime.Client;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Keys;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft submit</c>: a client of a cluster of processes.</summary>
internal static class SubmitCommand
{
    private static readonly Argument<string[]> Operations = new("OPERATION") { Description = "Operations to submit.", Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [] };

    private static readonly Option<string?> Input = new("--input") { HelpName = "FILE", Description = "A file whose lines are the operations; - is standard input." };

    private static readonly Option<int> Clients = new("--clients") { HelpName = "COUNT", Description = "Clients that share the operations; fewer if the cluster has fewer.", DefaultValueFactory = _ => 4 };

    private static readonly Option<int> Outstanding = new("--outstanding") { HelpName = "COUNT", Description = "Requests that a client has under way at once; at most half the client window.", DefaultValueFactory = _ => 16 };

    private static readonly Option<int> Rate = new("--rate") { HelpName = "COUNT", Description = "Most operations a second; 0 is as fast as it goes.", DefaultValueFactory = _ => 0 };

    private static readonly Option<int> Retransmit = new("--retransmit") { HelpName = "MS", Description = "How long a request waits for its result before it is sent to all replicas.", DefaultValueFactory = _ => 1000 };

    private static readonly Option<int> Patience = new("--patience") { HelpName = "SECONDS", Description = "Gives up when nothing is accepted for so long; exit code 3.", DefaultValueFactory = _ => 120 };

    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Prints no results, only the sum at the end." };

    public static Command Create(Terminal terminal)
    {
        var (directory, json) = (LiveOptions.Cluster(), LogArguments.Json("One JSON document at the end instead of results."));
        var command = new Command("submit", "Submits operations to a cluster of processes and waits until f+1 replicas gave the same result.")
        {
            Operations, Input, directory, Clients, Outstanding, Rate, Retransmit, Patience, Quiet, json,
        };
        command.SetAction((line, cancellation) => Run(line, LiveOptions.Existing(line.GetValue(directory)!), line.GetValue(json), terminal, cancellation));
        return command;
    }

    private static async Task<int> Run(ParseResult line, ClusterDirectory cluster, bool json, Terminal terminal, CancellationToken cancellation)
    {
        var operations = Paced(OperationsOf(line), Within(line, Rate, 0, 1_000_000));
        var members = cluster.Members();
        var clients = line.GetResult(Clients) is { Implicit: false } ? Within(line, Clients, 1, members.Clients.Length) : Math.Min(line.GetValue(Clients), members.Clients.Length);
        var options = new ClientSeatOptions(
            Within(line, Outstanding, 1, ClientSession.MostOutstanding(members.Configuration)), TimeSpan.FromMilliseconds(Within(line, Retransmit, 10, 3_600_000)), QuietTransport.Instance);
        var patience = TimeSpan.FromSeconds(Within(line, Patience, 1, 86_400));
        var results = json || line.GetValue(Quiet) ? TextWriter.Null : TextWriter.Synchronized(terminal.Result);
        try
        {
            var seats = await ClientSeat.Take(cluster, clients, options).ConfigureAwait(false);
            try
            {
                NoteLeft(seats, terminal);
                var submission = new Submission(seats, options.Outstanding, (seat, result) =>
                {
                    // at once, also into a pipe: whoever reads it may act on it, and nothing that was told is lost with this process
                    results.WriteLine(LineOf(seat, result));
                    results.Flush();
                });
                try
                {
                    await submission.Run(operations, patience, () => terminal.Progress(() => $"{submission.Accepted:N0} accepted"), cancellation).ConfigureAwait(false);
                }
                finally
                {
                    // also of one that gave up
                    terminal.ClearProgress();
                    Write(submission.Report, json, terminal);
                }

                return ExitCodes.Holds;
            }
            finally
            {
                foreach (var seat in seats) await seat.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (KeyException e)
        {
            throw new CommandException(ExitCodes.Data, e.Message, e);
        }
    }

    private static int Within(ParseResult line, Option<int> option, int least, int most)
    {
        var value = line.GetValue(option);
        return value >= least && value <= most ? value : throw new CommandException(ExitCodes.Usage, $"{option.Name} must be {least} to {most}, not {value}");
    }

    private static IEnumerable<byte[]> OperationsOf(ParseResult line)
    {
        var (words, input) = (line.GetValue(Operations)!, line.GetValue(Input));
        // an operation may be anything, so the parser takes a misspelt option for one
        if (words.FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal)) is { } word && line.Tokens.All(token => token.Type != TokenType.DoubleDash))
        {
            throw new CommandException(ExitCodes.Usage, $"there is no option '{word}'; see 'pbft submit --help'. If it is an operation, write -- before the first of them");
        }

        if (words.Length > 0 && input is not null) throw new CommandException(ExitCodes.Usage, "give operations, or --input, not both");
        if (words.Length > 0) return words.Select(Encoding.UTF8.GetBytes);
        if (input is null) throw new CommandException(ExitCodes.Usage, "there is nothing to submit: give operations, or --input FILE");
        if (Directory.Exists(input)) throw new CommandException(ExitCodes.Data, $"{input} is a directory: name a file whose lines are the operations");
        if (input != "-" && !File.Exists(input)) throw new CommandException(ExitCodes.Data, $"{input} does not exist: name a file whose lines are the operations");
        return Lines(input);
    }

    // Whatever stands between line feeds, byte for byte.
    private static IEnumerable<byte[]> Lines(string input)
    {
        using var stream = input == "-" ? Console.OpenStandardInput() : File.OpenRead(input);
        foreach (var line in LineReading.Of(stream)) yield return line;
    }

    /// <summary>The n-th operation comes no earlier than n / rate seconds after the first.</summary>
    private static IEnumerable<byte[]> Paced(IEnumerable<byte[]> operations, int rate)
    {
        var began = System.Diagnostics.Stopwatch.StartNew();
        var count = 0L;
        foreach (var operation in operations)
        {
            if (rate > 0 && TimeSpan.FromSeconds((double)count / rate) - began.Elapsed is { Ticks: > 0 } early) Thread.Sleep(early);
            count++;
            yield return operation;
        }
    }

    private static void NoteLeft(IReadOnlyList<ClientSeat> seats, Terminal terminal)
    {
        var left = seats.Sum(seat => seat.Session.Left.Count);
        if (left > 0) terminal.Note(left == 1
            ? "note: an operation of an earlier submit was left unanswered and is sent again, under its timestamp"
            : $"note: {left} operations of an earlier submit were left unanswered and are sent again, under their timestamps");
    }

    private static string LineOf(ClientSeat seat, ClientResult result) => string.Create(
        CultureInfo.InvariantCulture, $"{seat.Session.Client} {result.Timestamp} {Encoding.UTF8.GetString(result.Result.Span)}");

    private static void Write(SubmissionReport report, bool json, Terminal terminal)
    {
        var rate = report.Accepted / Math.Max(0.001, report.Elapsed.TotalSeconds);
        if (json)
        {
            terminal.Result.WriteLine(new JObject
            {
                ["schema"] = "pbft.submit/1",
                ["accepted"] = report.Accepted,
                ["left"] = report.Left,
                ["sentAgain"] = report.Resent,
                ["seconds"] = Math.Round(report.Elapsed.TotalSeconds, 3),
                ["perSecond"] = Math.Round(rate, 1),
                ["latencyMs"] = new JObject { ["p50"] = Math.Round(report.Percentile(50), 2), ["p99"] = Math.Round(report.Percentile(99), 2) },
            }.ToString(Formatting.Indented));
            return;
        }

        terminal.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Accepted:N0} accepted in {report.Elapsed.TotalSeconds:0.0} s ({rate:N0}/s), latency p50 {report.Percentile(50):0.0} ms, p99 {report.Percentile(99):0.0} ms, {report.Resent:N0} sent again"));
    }
}
