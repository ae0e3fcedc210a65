using PbftReference.EventLog.Stores;

namespace PbftReference.Benchmarks;

/// <summary>Rows of 256 bytes appended to a store, durable every so many rows.</summary>
internal static class StoreBenchmarks
{
    private const int RowBytes = 256;

    public static IEnumerable<Benchmark> List()
    {
        yield return new Benchmark("store/memory/100", "row", () =>
        {
            using var store = new InMemoryEventStore();
            return Append(store, 100_000, 100);
        });
        foreach (var rows in new[] { 1, 10, 100, 500 })
        {
            yield return new Benchmark($"store/sqlite/{rows}", "row", () => AppendToFile(Math.Min(100_000, 300 * rows), rows));
        }
    }

    private static Measured AppendToFile(int rows, int rowsAtOnce)
    {
        var directory = Directory.CreateTempSubdirectory("pbft-benchmark-");
        try
        {
            using var store = new SqliteEventStore(Path.Combine(directory.FullName, "log.db"));
            return Append(store, rows, rowsAtOnce);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static Measured Append(IEventStore store, int rows, int rowsAtOnce)
    {
        var data = new byte[RowBytes];
        var batches = Enumerable.Range(0, rows / rowsAtOnce)
            .Select(i => Enumerable.Range(i * rowsAtOnce, rowsAtOnce).Select(k => new EventToAppend(IdOf(k), "row/1", data, Array.Empty<byte>())).ToArray())
            .ToList();
        return Measured.Of(rows, () =>
        {
            var revision = -1L;
            foreach (var batch in batches) revision = store.Append("rows", revision, batch);
        });
    }

    private static Guid IdOf(int k) => new(k + 1, 0, 0, new byte[8]);
}
