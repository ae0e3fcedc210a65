using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Audit.Accountability;
using PbftReference.Cli.Auditing;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft audit</c>: what happened, and who is proved to have lied.</summary>
internal static class AuditCommand
{
    private const int ManyPlaces = 1000;

    private static readonly IReadOnlyDictionary<Accusation, string> Nothing = new Dictionary<Accusation, string>();

    public static Command Create(Terminal terminal)
    {
        var logs = new Argument<string[]>("LOG") { Description = "Logs of one cluster, all or some: directories of runs, clusters or single replicas, log.db files, addresses in databases. Of each replica the best copy counts.", Arity = ArgumentArity.ZeroOrMore };
        var genesis = new Option<string?>("--genesis") { HelpName = "FILE", Description = "The genesis.json with the members' keys, or the run.json of a simulated run. [default: the log's own]" };
        var evidence = new Option<string?>("--evidence") { HelpName = "DIR", Description = "Writes a file of evidence for each accused into this directory." };
        var check = new Option<string?>("--check-evidence") { HelpName = "FILE", Description = "Checks a file of evidence, by nothing but the genesis in it or named." };
        var seq = new Option<string?>("--seq") { HelpName = "N..N", Description = "Only these places in the table and the document. [default: all]" };
        var summary = new Option<bool>("--summary") { Description = "Leaves the places out: views, what is missing, and who is accused." };
        var store = LogPlaceArgument.Store("LOG");
        var json = LogArguments.Json();
        var command = new Command("audit", "The consensus history of any logs of a cluster, and who is proved to have lied. Exit code 1 if somebody is, or if replicas decided differently.")
        {
            logs, genesis, evidence, check, seq, summary, json, store,
        };
        command.SetAction(parsed =>
        {
            var (places, file) = (parsed.GetValue(logs) ?? [], parsed.GetValue(check));
            if (file is not null)
            {
                if (places.Length > 0) throw new CommandException(ExitCodes.Usage, "--check-evidence needs no log: leave the logs out");
                if (new Option[] { evidence, seq, summary, store }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } other) throw new CommandException(ExitCodes.Usage, $"{other.Name} is for an audit of logs, and --check-evidence reads none: give one of them");
                return Check(file, parsed.GetValue(genesis), parsed.GetValue(json), terminal);
            }

            if (parsed.GetValue(store) is { } database) places = [InDatabase(database, places)];
            if (places.Length == 0) throw new CommandException(ExitCodes.Usage, "name a log, or a file of evidence by --check-evidence");
            var range = TransitionFilter.RangeOf(parsed.GetValue(seq));
            if (parsed.GetValue(summary) && parsed.GetValue(seq) is not null) throw new CommandException(ExitCodes.Usage, "--summary shows no places, and --seq chooses some: give one of them");
            return Run(places, parsed.GetValue(genesis), parsed.GetValue(evidence), parsed.GetValue(summary) ? null : range, parsed.GetValue(json), terminal);
        });
        return command;
    }

    private static string InDatabase(string store, string[] names) => names.Length < 2
        ? LogPlaceArgument.In(store, names.FirstOrDefault())
        : throw new CommandException(ExitCodes.Usage, "with --store LOG is the cluster's name in that database, and one is audited: name one. Beside other logs a database is named as one of them, without --store: esdb://HOST:2113#NAME");

    private static int Run(string[] places, string? genesisFile, string? directory, (long, long)? range, bool json, Terminal terminal)
    {
        terminal.Progress(() => "comparing copies");
        var given = GivenLogs.Open(places, genesisFile);
        using var genesis = given.Genesis;
        using var store = given.Union;
        var total = store.Streams().Where(stream => LogStreams.TryParseReplica(stream, out _, out _)).Sum(stream => Length(store, stream));
        var (report, integrity) = ClusterAudit.RunWithIntegrity(store, genesis.Genesis, genesis.Verifier, done => terminal.Progress(() => Bar(done, total)));
        using (report)
        {
            if (report.WhyAgain is { } why) terminal.Note($"the logs were read a second time: {why}");
            terminal.ClearProgress();
            var found = new AuditFindings(report, Here(integrity, places.Distinct(StringComparer.Ordinal).Skip(1).Any()), given.Findings, genesis);
            var (files, failure) = directory is null ? (Nothing, null) : EvidenceFiles.Write(report.Accusations, genesis, directory);
            var code = failure is null ? found.Code : ExitCodes.Data;
            Write(found, code, range, files, json, terminal);
            if (failure is null) return code;
            terminal.Result.Flush();
            terminal.Note($"pbft: {failure}");
            return code;
        }
    }

    // A log that is not here is a gap, and told as one. So is an end that is not, where logs were copied from several places: this one perhaps before the others.
    private static IntegrityReport Here(IntegrityReport integrity, bool fromSeveralPlaces) => integrity with
    {
        Findings = [.. integrity.Findings.Where(finding => finding.Kind != IntegrityFindingKind.MissingStream).Select(finding => fromSeveralPlaces ? WithoutEnd(finding) : finding)],
    };

    private static IntegrityFinding WithoutEnd(IntegrityFinding finding) => finding.Kind != IntegrityFindingKind.TruncatedTail
        ? finding
        : finding with { Verdict = IntegrityVerdict.Undetermined };

    private static string Bar(AuditProgress done, long total) =>
        string.Create(CultureInfo.InvariantCulture, $"{ProgressBar.Of(done.Records, total)} {done.Records:N0} of {total:N0} records {(done.Reading == 1 ? "audited" : "read again")}");

    private static void Write(AuditFindings found, int code, (long, long)? range, IReadOnlyDictionary<Accusation, string> files, bool json, Terminal terminal)
    {
        if (json)
        {
            AuditDocument.Write(terminal.Result, found, code, range, files);
            return;
        }

        foreach (var line in AuditOutput.Tables(found.Report, range, terminal.Width)) terminal.Result.WriteLine(line);
        foreach (var line in AuditOutput.Lines(found, files)) Write(line, terminal);
        if (range == (0, long.MaxValue) && found.Report.Places.Count > ManyPlaces) terminal.Note(string.Create(CultureInfo.InvariantCulture, $"{found.Report.Places.Count:N0} places: --seq N..N shows some of them, --summary none"));
    }

    // A command is to be copied, so it is one line, however long.
    private static void Write(string line, Terminal terminal)
    {
        if (AuditOutput.IsCommand(line)) terminal.Result.WriteLine(line);
        else terminal.WriteWrapped(line);
    }

    private static long Length(LogUnion store, string stream)
    {
        try
        {
            return store.Tail(stream) is { } tail ? tail.LastRevision - tail.FirstRevision + 1 : 0;
        }
        catch (EventStoreException e) when (e.IsUnreadable)
        {
            return 0;
        }
    }

    private static int Check(string file, string? genesisFile, bool json, Terminal terminal)
    {
        using var trusted = genesisFile is null ? null : AuditGenesis.OfNamed(genesisFile);
        var (accusation, genesis) = EvidenceFile.Check(EvidenceFile.Read(file), file, trusted);
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
