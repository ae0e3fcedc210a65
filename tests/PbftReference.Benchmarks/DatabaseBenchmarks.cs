using PbftReference.EventLog.Stores;
using PbftReference.TestServer;

namespace PbftReference.Benchmarks;

/// <summary>
/// Rows of 256 bytes appended to an EventStoreDB and read from it: the one that <c>PBFT_EVENTSTOREDB</c> names, or else the test server in
/// this very process, whose work is then in the figures, too.
/// </summary>
internal static class DatabaseBenchmarks
{
    private const int RowBytes = 256;
    private const int RowsRead = 50_000;

    public static IEnumerable<Benchmark> List()
    {
        foreach (var rows in new[] { 1, 100, 500 })
        {
            yield return new Benchmark($"store/eventstoredb/append/{rows}", "row", () => With(store => Append(store, $"rows-{Guid.NewGuid():N}", Math.Min(50_000, 2_000 * rows), rows)));
        }

        yield return new Benchmark("store/eventstoredb/read", "row", () => With(store =>
        {
            var stream = $"rows-{Guid.NewGuid():N}";
            Append(store, stream, RowsRead, 500);
            return Measured.Of(RowsRead, () =>
            {
                if (store.Read(stream).Count() != RowsRead) throw new InvalidOperationException("not all rows came back");
            });
        }));
    }

    private static Measured With(Func<IEventStore, Measured> measure)
    {
        if (Environment.GetEnvironmentVariable("PBFT_EVENTSTOREDB") is { Length: > 0 } real)
        {
            using var database = new EventStoreDb(real);
            return measure(database);
        }

        var server = EventStoreServer.StartAsync(new EventStoreServerOptions()).GetAwaiter().GetResult();
        try
        {
            using var database = new EventStoreDb(server.ConnectionString);
            return measure(database);
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static Measured Append(IEventStore store, string stream, int rows, int rowsAtOnce)
    {
        var data = new byte[RowBytes];
        var batches = Enumerable.Range(0, rows / rowsAtOnce)
            .Select(_ => Enumerable.Range(0, rowsAtOnce).Select(_ => new EventToAppend(Guid.NewGuid(), "row/1", data, Array.Empty<byte>())).ToArray())
            .ToList();
        return Measured.Of(rows, () =>
        {
            var revision = -1L;
            foreach (var batch in batches) revision = store.Append(stream, revision, batch);
        });
    }
}
