using System.Globalization;
using PbftReference.EventLog.Stores;
using Xunit;
using static PbftReference.Tests.EventLog.Stores.SampleEvents;

namespace PbftReference.Tests.EventLog.Stores;

/// <summary>Random operations, equal by seed, on the embedded store and on the in-memory model: every answer must be the same.</summary>
public sealed class EventStoreModelTests
{
    private static readonly AppendLimits Limits = new(MaxBytes: 400, MaxEvents: 5);
    private static readonly string[] Names = ["a", "b", "replica-demo.0"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Sqlite_answers_as_the_model_does(int seed)
    {
        using var directory = new TemporaryDirectory();
        using var model = new InMemoryEventStore(Limits);
        var sqlite = new SqliteEventStore(directory.File("log.db"), new SqliteStoreOptions { Limits = Limits });
        var run = new ModelRun(seed, model, sqlite);
        for (var step = 0; step < 400; step++)
        {
            if (step == 200)
            {
                run.EndGroup();
                sqlite.Dispose();
                sqlite = new SqliteEventStore(directory.File("log.db"), new SqliteStoreOptions { Limits = Limits });
                run.Reopen(sqlite);
            }

            run.Step();
        }

        run.EndGroup();
        run.CompareAll();
        sqlite.Dispose();
        // A run in which nothing, or only one thing, ever happens would prove nothing.
        string[] mustHappen =
            ["written", "retried", "WrongExpectedRevision", "AppendTooLarge", "TruncationBeyondEnd", "truncated", "committed", "undone", "freed"];
        Assert.Empty(mustHappen.Except(run.Happened));
    }

    /// <summary>One pair of stores under the same operations.</summary>
    private sealed class ModelRun(int seed, InMemoryEventStore model, SqliteEventStore sqlite)
    {
        private readonly Random _random = new(seed);
        private SqliteEventStore _sqlite = sqlite;
        private (IAppendGroup Model, IAppendGroup Sqlite)? _group;
        private int _lastId;

        public HashSet<string> Happened { get; } = [];

        public void Reopen(SqliteEventStore again) => _sqlite = again;

        public void Step()
        {
            switch (_random.Next(12))
            {
                case <= 5:
                    Append();
                    break;
                case 6:
                    Truncate();
                    break;
                case 7:
                    Read();
                    break;
                case 8:
                    Scavenge();
                    break;
                case <= 10:
                    BeginOrEndGroup();
                    break;
                default:
                    CompareAll();
                    break;
            }
        }

        public void CompareAll()
        {
            Same(s => string.Join(',', s.Streams()));
            foreach (var name in Names)
            {
                Same(s => s.Tail(name));
                Same(s => Rows(s.Read(name)));
                Same(s => Rows(s.ReadBackwards(name)));
            }
        }

        public void EndGroup()
        {
            if (_group is not { } group) return;
            _group = null;
            var commit = _random.Next(3) > 0;
            if (commit)
            {
                group.Model.Commit();
                group.Sqlite.Commit();
            }

            group.Model.Dispose();
            group.Sqlite.Dispose();
            Happened.Add(commit ? "committed" : "undone");
            CompareAll();
        }

        private static string Rows(IEnumerable<StoredEvent> events) => string.Join(
            '\n',
            events.Select(e => string.Create(
                CultureInfo.InvariantCulture,
                $"{e.Stream} {e.Revision} {e.Id} {e.Type} {Convert.ToHexString(e.Data.Span)} {Convert.ToHexString(e.Metadata.Span)}")));

        private void Append()
        {
            var name = Name();
            var tail = model.Tail(name)?.LastRevision ?? -1;
            var (expected, events) = _random.Next(4) switch
            {
                0 => (_random.NextInt64(-1, tail + 3), Fresh()),
                1 => Retry(name, tail),
                _ => (tail, Fresh()),
            };
            var answer = Same(s => s.Append(name, expected, events));
            if (answer is not long last || events.Count == 0) return;
            Happened.Add(last > tail ? "written" : "retried");
        }

        private List<EventToAppend> Fresh() =>
        [
            .. Enumerable.Range(0, _random.Next(7)).Select(_ =>
            {
                var data = new byte[_random.Next(100)];
                _random.NextBytes(data);
                return new EventToAppend(Id(++_lastId), "step/1", data, data.AsMemory(0, data.Length / 3));
            }),
        ];

        /// <summary>Some events that are there already, sometimes with a foreign one at the end.</summary>
        private (long Expected, List<EventToAppend> Events) Retry(string name, long tail)
        {
            var first = _random.NextInt64(0, Math.Max(1, tail + 1));
            var events = model.Read(name, first, _random.Next(1, 4))
                .Select(e => new EventToAppend(e.Id, e.Type, e.Data, e.Metadata)).ToList();
            if (_random.Next(3) == 0) events.AddRange(Fresh());
            return (first - 1, events);
        }

        private void Truncate()
        {
            var name = Name();
            var tail = model.Tail(name)?.LastRevision ?? -1;
            var before = _random.NextInt64(0, tail + 4);
            if (_random.Next(2) == 0) before /= 2;
            var was = model.Tail(name);
            Same(s =>
            {
                s.Truncate(name, before);
                return s.Tail(name);
            });
            if (was != model.Tail(name)) Happened.Add("truncated");
        }

        private void Read()
        {
            var name = Name();
            var from = _random.NextInt64(0, 30);
            var count = _random.NextInt64(0, 10);
            Same(s => Rows(s.Read(name, from, count)));
            Same(s => Rows(s.ReadBackwards(name, from, count)));
        }

        private void Scavenge()
        {
            if (_group is not null) return;
            var freed = model.Scavenge();
            Assert.Equal(freed, _sqlite.Scavenge());
            if (freed > 0) Happened.Add("freed");
            CompareAll();
        }

        private void BeginOrEndGroup()
        {
            if (_group is null) _group = (model.BeginGroup(), _sqlite.BeginGroup());
            else EndGroup();
        }

        private string Name() => Names[_random.Next(Names.Length)];

        /// <summary>Asks both stores the same and compares answers and refusals.</summary>
        private object? Same(Func<IEventStore, object?> question)
        {
            var expected = Answer(model, question);
            var actual = Answer(_sqlite, question);
            Assert.Equal(expected, actual);
            return expected;
        }

        private object? Answer(IEventStore store, Func<IEventStore, object?> question)
        {
            try
            {
                return question(store);
            }
            catch (EventStoreException refusal)
            {
                Happened.Add(refusal.Failure.ToString());
                return refusal.Message;
            }
        }
    }
}
