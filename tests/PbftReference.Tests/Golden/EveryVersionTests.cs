using System.Text;
using System.Text.RegularExpressions;
using PbftReference.Cli;
using PbftReference.Core;
using PbftReference.Core.Inputs;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;
using PbftReference.Tests.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Golden;

/// <summary>What was once written is read for ever: of every record type and version, and of every event, snapshots/records holds what was written.</summary>
public sealed partial class EveryVersionTests : IDisposable
{
    // They change nothing at their receiver, so that no log holds them: only the examples do.
    private static readonly string[] NeverLogged = ["reply-received/1", "status-received/1", "fetch-batch-received/1", "fetch-new-view-received/1", "fetch-state-received/1"];

    private static readonly string[] NotedByTheHost = [RecordTypes.Blob, RecordTypes.RefusalsCounted, RecordTypes.SnapshotTaken, RecordTypes.Snapshot];

    private readonly TemporaryDirectory _temporary = new();

    public static TheoryData<string> Logs { get; } = [.. Directory.GetFiles(Folder, "*.jsonl").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(RepositoryRoot.Path, "snapshots", "records");

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [MemberData(nameof(Logs))]
    public void A_recorded_log_is_whole_is_replayed_byte_for_byte_and_conforms(string file)
    {
        var (log, replica) = Import(file);

        using (var store = RunDirectory.OpenLog(log))
        {
            // the liars' heads in it contradict one another, and are not here
            Assert.DoesNotContain(LogIntegrity.Check(store).Findings, finding => finding.Stream.EndsWith($".{replica}", StringComparison.Ordinal));
        }

        Pbft.Succeed("replay", log, "--verify", "--replica", $"{replica}");
        var others = string.Join(',', Enumerable.Range(0, 4).Where(i => i != replica.Value));
        Assert.Contains("conforms: ", Pbft.Succeed("verify", log, "--faulty", others).Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public void Recovery_from_its_snapshot_gives_the_state_to_which_the_whole_log_folds(string file)
    {
        var (log, replica) = Import(file);
        using var store = RunDirectory.OpenLog(log);
        var genesis = RunDirectory.ReadManifest(log).Genesis;
        var steps = ReplicaLog.Read(store, LogStreams.OfReplica(genesis.Cluster, replica)).Select(record => record.Step).OfType<Step>();

        var folded = Fold.Steps(ReplicaState.Genesis(genesis.Configuration, replica), [.. steps]);

        Assert.Equal(StateFingerprint.Of(folded), StateFingerprint.Of(ReplicaRecovery.Recover(store, genesis, replica).State));
    }

    [Fact]
    public void Of_every_record_type_and_version_that_is_read_or_in_the_catalogue_there_is_a_recorded_one()
    {
        var recorded = Recorded().Select(record => record.Type).ToHashSet();
        string[] readable = [.. StepCodec.Readable, .. NotedByTheHost];

        Assert.Equal(readable.Except(NeverLogged).Order(StringComparer.Ordinal), recorded.Order(StringComparer.Ordinal));
        Assert.Equal(StepCodec.Readable, Examples().Select(example => example.Type).Distinct().Order(StringComparer.Ordinal));
        Assert.Subset(readable.ToHashSet(), CatalogueTypes().ToHashSet());
        Assert.Subset(CatalogueTypes().ToHashSet(), StepCodec.Readable.ToHashSet());
    }

    [Fact]
    public void What_no_log_holds_changes_nothing_at_its_receiver()
    {
        var genesis = ReplicaState.Genesis(new ClusterConfiguration(), new ReplicaId(0));
        var running = Replica.Decide(genesis, new ReplicaStarted(Digest.Of([1]))).State;
        foreach (var (type, data) in Examples().Where(example => NeverLogged.Contains(example.Type)))
        {
            Assert.Empty(Replica.Decide(running, StepCodec.Decode(type, Encoding.UTF8.GetBytes(data)).Input).Step.Events);
        }
    }

    [Fact]
    public void Every_event_of_the_catalogue_stands_in_a_recorded_log()
    {
        var events = Recorded().SelectMany(record => EventName().Matches(record.Data)).Select(match => match.Groups[1].Value).Distinct();
        Assert.Equal(Names.Events.All.Order(StringComparer.Ordinal), events.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_example_of_a_version_that_is_written_now_is_written_again_byte_for_byte()
    {
        foreach (var (type, data) in Examples())
        {
            var step = StepCodec.Decode(type, Encoding.UTF8.GetBytes(data));
            var (written, bytes) = StepCodec.Encode(step);
            if (written == type) Assert.Equal(data, Encoding.UTF8.GetString(bytes));
        }
    }

    [Theory]
    [InlineData("prepare-received/2", "prepare-received/2: this version of prepare-received is unknown; known are: 1")]
    [InlineData("gossip-received/1", "gossip-received/1: not the record type of a step")]
    public void A_record_of_a_later_version_is_told_with_its_place_and_how_to_go_on_and_the_log_is_not_called_corrupt(string type, string what)
    {
        var log = Path.Combine(_temporary.Path, "later");
        Pbft.Succeed("run", "--faults", "none", "--operations", "8", "--log", log);
        var revision = Append(log, new ReplicaId(2), type);

        foreach (var command in (string[][])[["replay", log], ["verify", log], ["log", "show", log, "--replica", "2"], ["log", "verify", log], ["audit", log], ["log", "ls", log], ["run", "--resume", log]])
        {
            var result = Pbft.Run(command);
            var said = Joined(result.Output + result.Notes);
            Assert.True(result.ExitCode == ExitCodes.Unknown, $"pbft {string.Join(' ', command)} gave {result.ExitCode}:\n{result.Output}\n{result.Notes}");
            Assert.Contains(type, said, StringComparison.Ordinal);
            Assert.Contains($"{revision}", said, StringComparison.Ordinal);
            Assert.Contains("replica-sim.2", said, StringComparison.Ordinal);
            Assert.Contains("wrote it", said, StringComparison.Ordinal);
        }

        Assert.Contains($"stream 'replica-sim.2', revision {revision}: {what}", Joined(Pbft.Run("replay", log).Output), StringComparison.Ordinal);
    }

    // A record as a later program would write it: chained and hashed as all are.
    private static long Append(string log, ReplicaId replica, string type)
    {
        using var store = new SqliteEventStore(RunDirectory.LogPath(log));
        var stream = LogStreams.OfReplica("sim", replica);
        var last = ReplicaLog.Read(store, stream).Last();
        var data = "{}"u8.ToArray();
        var revision = last.Revision + 1;
        var unsealed = new RecordMetadata(Digest.None, null, last.TimeMs, last.Hash, Digest.None);
        var hash = RecordHash.Of(stream, revision, type, unsealed, Digest.Of(data));
        store.Append(stream, last.Revision, [new EventToAppend(RecordHash.EventId(stream, revision, hash), type, data, (unsealed with { Hash = hash }).Encode())]);
        return revision;
    }

    private (string Log, ReplicaId Replica) Import(string file)
    {
        var log = Path.Combine(_temporary.Path, "log");
        Pbft.Succeed("trace", "import", Path.Combine(Folder, file), "--log", log);
        using var store = RunDirectory.OpenLog(log);
        var stream = Assert.Single(store.Streams(), name => name.StartsWith("replica-", StringComparison.Ordinal));
        Assert.True(LogStreams.TryParseReplica(stream, out _, out var replica));
        return (log, replica);
    }

    private List<(string Type, string Data)> Recorded()
    {
        var recorded = new List<(string, string)>();
        foreach (var file in Directory.GetFiles(Folder, "*.jsonl"))
        {
            var log = Path.Combine(_temporary.Path, Path.GetFileNameWithoutExtension(file));
            Pbft.Succeed("trace", "import", file, "--log", log);
            using var store = RunDirectory.OpenLog(log);
            foreach (var stream in store.Streams()) recorded.AddRange(store.Read(stream).Select(e => (e.Type, Encoding.Latin1.GetString(e.Data.Span))));
        }

        return recorded;
    }

    private static IEnumerable<(string Type, string Data)> Examples() =>
        Directory.GetFiles(Folder, "*.txt").SelectMany(File.ReadAllLines).Select(line => line.Split(' ', 2)).Select(parts => (parts[0], parts[1]));

    private static IEnumerable<string> CatalogueTypes() =>
        Heading().Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "event-catalogue.md"))).Select(match => match.Groups[1].Value);

    // Notes are broken between words.
    private static string Joined(string text) => Space().Replace(text, " ");

    [GeneratedRegex("\"event\":\"([a-z-]+)\"")]
    private static partial Regex EventName();

    [GeneratedRegex("^### `([a-z-]+/[0-9]+)`", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
