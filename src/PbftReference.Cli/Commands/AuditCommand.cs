using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Audit.Accountability;
using PbftReference.Cli.Auditing;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft audit</c>: what happened, and who is proved to have lied.</summary>
internal static class AuditCommand
{
    private const int ManyPlaces = 1000;

    public static Command Create(Terminal terminal)
    {
        var logs = new Argument<string[]>("LOG") { Description = "Logs of one cluster, all or some: directories, or addresses in databases. Of each replica the longest copy counts.", Arity = ArgumentArity.ZeroOrMore };
        var genesis = new Option<string?>("--genesis") { HelpName = "FILE", Description = "The genesis.json with the members' keys, or the run.json of a simulated run. [default: the log's own]" };
        var evidence = new Option<string?>("--evidence") { HelpName = "DIR", Description = "Writes a file of evidence for each accused into this directory." };
        var check = new Option<string?>("--check-evidence") { HelpName = "FILE", Description = "Checks a file of evidence, by nothing but the genesis in it or named." };
        var seq = new Option<string?>("--seq") { HelpName = "N..N", Description = "Only these places in the table and the document. [default: all]" };
        var summary = new Option<bool>("--summary") { Description = "Leaves the places out: views, what is missing, and who is accused." };
        var json = LogArguments.Json();
        var command = new Command("audit", "The consensus history of any logs of a cluster, and who is proved to have lied. Exit code 1 if somebody is, or if replicas decided differently.")
        {
            logs, genesis, evidence, check, seq, summary, json,
        };
        command.SetAction(parsed =>
        {
            var (places, file) = (parsed.GetValue(logs) ?? [], parsed.GetValue(check));
            if (file is not null) return places.Length == 0 ? Check(file, parsed.GetValue(genesis), parsed.GetValue(json), terminal) : throw new CommandException(ExitCodes.Usage, "--check-evidence needs no log: leave the logs out");
            if (places.Length == 0) throw new CommandException(ExitCodes.Usage, "name a log, or a file of evidence by --check-evidence");
            var range = TransitionFilter.RangeOf(parsed.GetValue(seq));
            if (parsed.GetValue(summary) && parsed.GetValue(seq) is not null) throw new CommandException(ExitCodes.Usage, "--summary shows no places, and --seq chooses some: give one of them");
            return Run(places, parsed.GetValue(genesis), parsed.GetValue(evidence), parsed.GetValue(summary) ? null : range, parsed.GetValue(json), terminal);
        });
        return command;
    }

    private static int Run(string[] places, string? genesisFile, string? directory, (long, long)? range, bool json, Terminal terminal)
    {
        var sources = places.Select(LogSource.Of).ToList();
        using var genesis = AuditGenesis.Of(sources[0], genesisFile);
        foreach (var source in sources.Skip(1).Where(s => s.Genesis.Digest != genesis.Genesis.Digest)) throw new CommandException(ExitCodes.Data, $"{source.Shown} is the log of another cluster than {sources[0].Shown}: audit each by itself");
        using var store = new LogUnion([.. sources.Select(source => source.OpenLog())]);
        var total = store.Streams().Where(stream => LogStreams.TryParseReplica(stream, out var cluster, out _) && cluster == genesis.Genesis.Cluster).Sum(stream => Length(store, stream));
        var (report, found) = ClusterAudit.RunWithIntegrity(store, genesis.Genesis, genesis.Verifier, done => terminal.Progress(() => Bar(done, total)));
        using (report)
        {
            if (report.WhyAgain is { } why) terminal.Note($"the logs were read a second time: {why}");
            terminal.Progress(() => "comparing copies");
            var integrity = Copies(sources, found);
            terminal.ClearProgress();
            var files = directory is null ? [] : Write(report, genesis, directory);
            Write(report, integrity, genesis.Genesis.Configuration, range, files, json, terminal);
            return AuditOutput.CodeOf(report, integrity);
        }
    }

    private static string Bar(AuditProgress done, long total) =>
        string.Create(CultureInfo.InvariantCulture, $"{ProgressBar.Of(done.Records, total)} {done.Records:N0} of {total:N0} records {(done.Reading == 1 ? "audited" : "read again")}");

    private static void Write(
        AuditReport report, IntegrityReport integrity, ClusterConfiguration configuration, (long, long)? range, Dictionary<Accusation, string> files, bool json, Terminal terminal)
    {
        if (json)
        {
            AuditOutput.WriteDocument(terminal.Result, report, integrity, configuration, range, files);
            return;
        }

        foreach (var line in AuditOutput.Lines(report, integrity, configuration, range, files)) terminal.WriteWrapped(line);
        if (range == (0, long.MaxValue) && report.Places.Count > ManyPlaces) terminal.Note(string.Create(CultureInfo.InvariantCulture, $"{report.Places.Count:N0} places: --seq N..N shows some of them, --summary none"));
    }

    // Two copies of a stream that go on differently are two histories of one replica.
    private static IntegrityReport Copies(List<LogSource> sources, IntegrityReport report)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            for (var j = i + 1; j < sources.Count; j++)
            {
                using var one = sources[i].OpenLog();
                using var other = sources[j].OpenLog();
                report = report with { Findings = [.. report.Findings, .. LogIntegrity.Compare(one, other, sources[0].Genesis.Cluster).Findings] };
            }
        }

        return report;
    }

    private static long Length(LogUnion store, string stream)
    {
        try
        {
            return store.Tail(stream) is { } tail ? tail.LastRevision - tail.FirstRevision + 1 : 0;
        }
        catch (EventStoreException e) when (e.Failure == EventStoreFailure.Damaged)
        {
            return 0;
        }
    }

    private static Dictionary<Accusation, string> Write(AuditReport report, AuditGenesis genesis, string directory)
    {
        Directory.CreateDirectory(directory);
        var files = new Dictionary<Accusation, string>();
        foreach (var accusation in report.Accusations)
        {
            var file = Path.Combine(directory, EvidenceFile.NameOf(accusation));
            File.WriteAllText(file, EvidenceFile.Encode(accusation, genesis));
            files.Add(accusation, file);
        }

        return files;
    }

    private static int Check(string file, string? genesisFile, bool json, Terminal terminal)
    {
        if (!File.Exists(file)) throw new CommandException(ExitCodes.Data, $"{file} does not exist: name a file that 'pbft audit --evidence' wrote");
        using var trusted = genesisFile is null ? null : AuditGenesis.Of(File.ReadAllText(genesisFile), genesisFile);
        var (accusation, genesis) = EvidenceFile.Check(File.ReadAllText(file), trusted);
        if (json)
        {
            terminal.Result.WriteLine(new JObject { ["schema"] = "pbft.evidence-check/1", ["accused"] = accusation.Accused.Value, ["offence"] = LogVerifyCommand.Words(accusation.Offence), ["first"] = AuditOutput.What(accusation.First), ["second"] = AuditOutput.What(accusation.Second), ["genesis"] = genesis.ToString() }.ToString(Formatting.Indented));
            return ExitCodes.Holds;
        }

        terminal.WriteWrapped($"it proves {LogVerifyCommand.Words(accusation.Offence)} of replica {accusation.Accused}: both signatures hold, and no correct replica signs {AuditOutput.What(accusation.First)}{(accusation.First == accusation.Second ? "" : $" and {AuditOutput.What(accusation.Second)}")}");
        terminal.WriteWrapped($"in the cluster with genesis {genesis}{(trusted is null ? ", which is in the file: compare it with yours, or name that by --genesis" : ", the one that was named")}");
        return ExitCodes.Holds;
    }
}
