using System.Collections.Immutable;
using System.Globalization;
using PbftReference.Audit.Verification;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Verifying;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.EventLog.Trace;
using PbftReference.Host;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Cli.Fuzzing;

/// <summary>
/// Judges the log of each fuzzed run by the specification and adds up what the logs held. A log that does not conform is saved as a trace,
/// with its shortest failing prefix beside it. May be used from several threads.
/// </summary>
/// <param name="lockStep">Whether the states are compared after each step.</param>
/// <param name="expected">What the logs must hold at least, all together.</param>
/// <param name="directory">Where a log that does not conform goes, as a trace.</param>
/// <param name="database">A database where it goes, too; null for none.</param>
public sealed class SeedJudge(bool lockStep, ImmutableSortedDictionary<string, long> expected, string directory, string? database = null)
{
    private readonly Lock _sums = new();

    /// <summary>Whether the states are compared after each step.</summary>
    public bool LockStep => lockStep;

    /// <summary>How many logs were judged.</summary>
    public long Logs { get; private set; }

    /// <summary>How many of them conform.</summary>
    public long Conforming { get; private set; }

    /// <summary>What they held together, in correct replicas.</summary>
    public Counts Total { get; } = new();

    /// <summary>What none of them held.</summary>
    public ImmutableArray<string> Unseen => [.. Counts.Names.Where(name => Total[name] == 0)];

    /// <summary>What was expected and not seen.</summary>
    public ImmutableArray<string> Missing =>
        [.. expected.Where(e => Total[e.Key] < e.Value).Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Key}: {Total[e.Key]:N0} were seen, at least {e.Value:N0} are expected"))];

    /// <summary>Runs a case and judges its log.</summary>
    public FuzzResult Run(FuzzCase fuzzCase)
    {
        using var store = new InMemoryEventStore();
        // in a database each log needs a name of its own, and the name is part of what is signed
        var named = database is null ? fuzzCase : fuzzCase with { Options = fuzzCase.Options with { Cluster = string.Create(CultureInfo.InvariantCulture, $"seed-{fuzzCase.Options.Seed}") } };
        return Judge(Fuzzer.Run(named, store), store);
    }

    /// <summary>Judges the log of a run.</summary>
    /// <param name="result">What the run's own checks said of it.</param>
    /// <param name="store">Its log.</param>
    /// <returns>The result; a violation if the log does not conform.</returns>
    public FuzzResult Judge(FuzzResult result, IEventStore store)
    {
        // what broke off in the middle is told as it is
        if (result.Outcome is null) return result;
        var options = result.Case.Options;
        var genesis = Cluster.GenesisOf(options);
        var report = LogVerifier.Run(store, genesis, new VerificationOptions { LockStep = lockStep, Faulty = [.. options.Faulty.Select(faulty => faulty.Replica)] });
        Add(report);
        if (report.Verdict == Verdict.Conforms) return result;
        // what ends early may well be short of something
        if (report.Verdict == Verdict.Undetermined && result.Verdict != FuzzVerdict.Fine) return result;
        var log = Save(result.Case, genesis, store, report);
        return result with { Verdict = FuzzVerdict.Violation, Detail = $"{Describe(report)}{(result.Detail.Length > 0 ? "; " : "")}{result.Detail}", SavedLog = log };
    }

    private void Add(VerificationReport report)
    {
        lock (_sums)
        {
            Logs++;
            if (report.Verdict == Verdict.Conforms) Conforming++;
            Total.Add(report.Total);
        }
    }

    private static string Describe(VerificationReport report)
    {
        var verdict = report.Verdict.ToString().ToLowerInvariant();
        if (report.Violations is [var first, ..]) return $"the log {verdict} the specification: replica {first.Replica}, {first.Stream} #{first.Revision}, {first.Action}: {first.Guard} is false: {first.Values}";
        var why = report.Verdict == Verdict.Corrupt ? report.Integrity.Findings[0].Explanation : report.Missing[0];
        return $"the log is {verdict}: {why}";
    }

    private static void SaveInto(string address, string file)
    {
        using var store = new EventStoreDb(LogAddress.Parse(address).Connection);
        using var stream = new BufferedStream(File.OpenRead(file));
        var header = TraceFile.Read(stream, file, out var lines);
        TraceImport.Into(store, file, header, lines);
        StoredManifest.Write(store, header.Cluster, header.Run!);
    }

    private string Save(FuzzCase fuzzCase, Genesis genesis, IEventStore store, VerificationReport report)
    {
        var options = fuzzCase.Options with { Configuration = genesis.Configuration };
        var file = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"fuzz-n{options.Configuration.Replicas}-seed-{options.Seed}.jsonl"));
        Directory.CreateDirectory(directory);
        var header = new TraceHeader(
            TraceProfile.NamedNewView, TraceAuthentication.Signatures, "pbft-reference", genesis.Cluster, genesis.Service, genesis.Nonce, genesis.Configuration,
            TraceExport.StreamsOf(store, null), RunDirectory.TextOf(new RunManifest(genesis, options, null, fuzzCase.Operations)));
        // records only: what a step sent cannot be decided again where the log is wrong
        using (var stream = new BufferedStream(File.Create(file)))
        {
            TraceFile.Write(stream, header, header.Streams.SelectMany(s => store.Read(s.Stream, s.FirstRevision)).Select(record => new TraceLine(null, record)));
        }

        if (database is not null) SaveInto(database, file);
        if (report.Violations.IsEmpty) return file;
        using var input = VerifyInput.Open(file);
        PrefixFile.Write(input, report.Violations[0], PrefixPlace.Beside(file));
        return file;
    }
}
