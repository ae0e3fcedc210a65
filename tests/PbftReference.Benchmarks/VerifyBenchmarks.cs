using System.Text;
using PbftReference.Audit.Verification;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Services;
using PbftReference.Simulation;
using PbftReference.Spec;

namespace PbftReference.Benchmarks;

/// <summary>
/// A log of four replicas held against the specification: as <c>pbft verify</c> does from a file, the stages of it, and logs of several
/// lengths, which must cost the same for each record.
/// </summary>
internal static class VerifyBenchmarks
{
    private const string ClusterName = "sim";
    private const int BatchSize = 10;
    private const int Operations = 4_000;

    // a new-view's sender enters its view by sending it
    private static readonly string[] EventCounts =
    [
        "deliveries", "proposals", "null-requests", "votes", "prepared", "committed", "executed", "checkpoints", "stable", "transfers", "restarts",
        "view-changes", "views-entered",
    ];

    private static readonly Lazy<RecordedCluster> Recorded = new(() => RecordedCluster.Of(Operations));

    public static IEnumerable<Benchmark> List()
    {
        yield return new Benchmark("verify/whole", "record", Whole);
        yield return new Benchmark("verify/read", "record", Read);
        yield return new Benchmark("verify/decode", "record", Decode);
        yield return new Benchmark("verify/fold", "record", Fold);
        yield return new Benchmark("verify/judge", "record", Judge);
        yield return new Benchmark("verify/events", "event", JudgeEvents);
        yield return new Benchmark("verify/specification", "event", JudgeProjected);
        yield return new Benchmark("verify/local", "record", JudgeAlone);
        foreach (var operations in new[] { 1_000, 4_000, 16_000 }) yield return new Benchmark($"verify/long/{operations}", "record", () => Long(operations));
    }

    /// <summary>Integrity, reading and judging, from a file.</summary>
    private static Measured Whole() => InFile(Recorded.Value, store => Require(LogVerifier.Run(store, Recorded.Value.Genesis, new VerificationOptions()).Verdict));

    /// <summary>Reading, checking and decoding, from a file.</summary>
    private static Measured Read() => InFile(Recorded.Value, store =>
    {
        var replicas = Recorded.Value.Histories.Select(history => history.Replica).ToList();
        var reading = ReadingOnce.Begin(store, ClusterName, replicas, _ => false)!;
        // side by side, as the judge reads them
        var streams = replicas.Select(replica => reading.RecordsOf(replica).GetEnumerator()).ToList();
        while (streams.Count > 0) streams.RemoveAll(stream => !stream.MoveNext());
        if (reading.End() is null) throw new InvalidOperationException("the log is not sound");
    });

    private static Measured Decode()
    {
        var rows = Recorded.Value.Rows.Where(row => Names.RecordTypes.Contains(row.Type)).ToList();
        return Measured.Of(rows.Count, () =>
        {
            foreach (var row in rows) StepCodec.Decode(row.Type, row.Data);
        });
    }

    private static Measured Fold()
    {
        var recorded = Recorded.Value;
        return Measured.Of(recorded.Records, () =>
        {
            foreach (var history in recorded.Histories)
            {
                var state = ReplicaState.Genesis(recorded.Genesis.Configuration, history.Replica);
                foreach (var recordedStep in history.Steps)
                {
                    if (recordedStep.Step is { } step) state = Core.Fold.Steps(state, [step]);
                }
            }
        });
    }

    /// <summary>Judging of decoded records: each replica by its own log, and all together.</summary>
    private static Measured Judge()
    {
        var recorded = Recorded.Value;
        return Measured.Of(recorded.Records, () => Join(recorded));
    }

    /// <summary>The same by the events of the specification that the records stand for: deliveries and actions.</summary>
    private static Measured JudgeEvents()
    {
        var recorded = Recorded.Value;
        var join = Join(recorded);
        return Measured.Of(join.Replicas.Sum(replica => EventsIn(join.VerdictOf(replica).Counts)), () => Join(recorded));
    }

    private static LogJoin Join(RecordedCluster recorded)
    {
        var join = LogJoin.Of(recorded.Genesis.Configuration, recorded.Histories, _ => false);
        Require(join.Violations.Count + join.Missing.Count == 0 ? Verdict.Conforms : Verdict.Violates);
        return join;
    }

    /// <summary>
    /// The specification's own part: events that are in memory, each asked whether it may happen and what follows, and each delivered statement
    /// whether it was sent. No folding of records, no translation, no duties.
    /// </summary>
    private static Measured JudgeProjected()
    {
        var recorded = Recorded.Value;
        var translation = new SpecTranslation(recorded.Genesis.Configuration);
        var projected = recorded.Histories.Select(history => (history.Replica, Events: ProjectedEvents.Of(translation, history))).ToList();
        return Measured.Of(projected.Sum(replica => (long)replica.Events.Count), () =>
        {
            var said = new HashSet<SpecMessage>();
            var peers = projected.Select(replica => new SpecPeer(translation.Model, replica.Replica.Value)).ToList();
            // side by side, as the logs are read
            for (var k = 0; k < projected.Max(replica => replica.Events.Count); k++)
            {
                for (var i = 0; i < peers.Count; i++)
                {
                    if (k < projected[i].Events.Count) ProjectedEvents.Judge(peers[i], projected[i].Events[k], said);
                }
            }

            if (projected.SelectMany(replica => replica.Events).Any(e => e.Said is { } statement && !said.Contains(statement))) throw new InvalidOperationException("not sent");
        });
    }

    private static long EventsIn(Counts counts) => EventCounts.Sum(name => counts[name]);

    private static Measured JudgeAlone()
    {
        var recorded = Recorded.Value;
        return Measured.Of(recorded.Records, () =>
        {
            var translation = new SpecTranslation(recorded.Genesis.Configuration);
            foreach (var history in recorded.Histories) JudgeAlone(new LocalVerifier(translation, history.Replica), history);
        });
    }

    private static void JudgeAlone(LocalVerifier verifier, ReplicaHistory history)
    {
        foreach (var recordedStep in history.Steps)
        {
            if (recordedStep.Step is { } step && verifier.Accept(step, out _) is { } refusal) throw new InvalidOperationException($"{refusal}");
        }
    }

    private static Measured Long(int operations)
    {
        var recorded = RecordedCluster.Of(operations);
        return InFile(recorded, store => Require(LogVerifier.Run(store, recorded.Genesis, new VerificationOptions()).Verdict));
    }

    private static void Require(Verdict verdict)
    {
        if (verdict != Verdict.Conforms) throw new InvalidOperationException($"the log {verdict}");
    }

    private static Measured InFile(RecordedCluster recorded, Action<IEventStore> action)
    {
        var directory = Directory.CreateTempSubdirectory("pbft-benchmark-");
        try
        {
            using var store = new SqliteEventStore(Path.Combine(directory.FullName, "log.db"));
            recorded.CopyTo(store);
            return Measured.Of(recorded.Records, () => action(store));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>The logs of a run of four replicas without faults, in batches of ten, as rows and as steps; the snapshots beside them are left out.</summary>
    private sealed record RecordedCluster(Genesis Genesis, IReadOnlyList<StoredEvent> Rows, IReadOnlyList<ReplicaHistory> Histories)
    {
        private const int RowsAtOnce = 100;

        public long Records { get; } = Histories.Sum(history => history.LastRevision + 1);

        public static RecordedCluster Of(int operations)
        {
            using var store = new InMemoryEventStore();
            var options = new SimulationOptions
            {
                Seed = 1, Configuration = new ClusterConfiguration { BatchSize = BatchSize }, Faults = FaultProfile.None, Clients = 4, Outstanding = 16,
            };
            using var cluster = new Cluster(options, store, new Workload(operations, k => Encoding.ASCII.GetBytes($"operation {k}")));
            cluster.Start();
            if (!cluster.Run().Completed) throw new InvalidOperationException("the run did not come to its end");
            var histories = Enumerable.Range(0, cluster.Configuration.Replicas).Select(i => ReplicaHistory.Read(store, ClusterName, new ReplicaId(i)));
            var decoded = histories.Select(history => history with { Steps = [.. history.Steps] }).ToList();
            var genesis = new Genesis(ClusterName, cluster.Configuration with { InitialServiceDigest = ServiceFactory.Create("ledger").Digest }, "ledger", Digest.None);
            return new RecordedCluster(genesis, [.. decoded.SelectMany(history => store.Read(history.Stream))], decoded);
        }

        public void CopyTo(SqliteEventStore store)
        {
            using var group = store.BeginGroup();
            foreach (var stream in Rows.GroupBy(row => row.Stream))
            {
                var last = -1L;
                foreach (var chunk in stream.Chunk(RowsAtOnce))
                {
                    store.Append(stream.Key, last < 0 ? ExpectedRevision.NoStream : ExpectedRevision.Exact(last), [.. chunk.Select(row => new EventToAppend(row.Id, row.Type, row.Data, row.Metadata))]);
                    last = chunk[^1].Revision;
                }
            }

            group.Commit();
        }
    }
}
