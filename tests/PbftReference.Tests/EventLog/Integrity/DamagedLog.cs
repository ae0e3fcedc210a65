using Microsoft.Data.Sqlite;
using PbftReference.Core.Types;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Tests.EventLog.Log;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.EventLog.Integrity;

/// <summary>
/// The logs of two replicas of cluster c in a file, each holding votes that the other signed, to be damaged by SQL and checked there and
/// in memory.
/// </summary>
internal sealed class DamagedLog : IDisposable
{
    public const string Zero = "replica-c.0";
    public const string One = "replica-c.1";
    public const long Last = 11;

    private readonly TemporaryDirectory _directory = new();

    /// <param name="signedRounds">Number of rounds in which the replicas get each other's votes, at most <see cref="Last"/>; later records come from clients.</param>
    public DamagedLog(int signedRounds = 6)
    {
        using var store = new SqliteEventStore(File);
        Write(store, signedRounds, "c");
    }

    public string File => _directory.File("log");

    public void Dispose() => _directory.Dispose();

    /// <summary>Writes 12 records for each of two replicas.</summary>
    public static void Write(IEventStore store, int signedRounds, string cluster, int lastTimestamp = 0)
    {
        var zero = ReplicaLog.Open(store, cluster, new ReplicaId(0));
        var one = ReplicaLog.Open(store, cluster, new ReplicaId(1));
        zero.Add(SampleSteps.Started(1), 0);
        one.Add(SampleSteps.Started(2), 0);
        for (var n = 1; n <= Last; n++)
        {
            var (headOfZero, headOfOne) = (zero.Head, one.Head);
            var time = n == Last ? n + lastTimestamp : n;
            zero.Add(n <= signedRounds ? SampleSteps.VoteReceived(1, n, headOfOne) : SampleSteps.RequestReceived(n), time);
            one.Add(n <= signedRounds ? SampleSteps.VoteReceived(0, n, headOfZero) : SampleSteps.RequestReceived(n), time);
        }

        zero.Flush();
        one.Flush();
    }

    /// <summary>Changes the file behind the store's back. In the text, {0} and {1} stand for the ids of the replicas' streams.</summary>
    public DamagedLog Sql(string text)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = text
            .Replace("{0}", $"(SELECT id FROM stream WHERE name = '{Zero}')", StringComparison.Ordinal)
            .Replace("{1}", $"(SELECT id FROM stream WHERE name = '{One}')", StringComparison.Ordinal);
        Assert.True(command.ExecuteNonQuery() > 0, "the damage hit nothing");
        return this;
    }

    /// <summary>Turns one bit in a column of a record.</summary>
    public DamagedLog Flip(string column, string streamId, long revision, Func<byte[], int> at)
    {
        var bytes = Column(column, streamId, revision);
        bytes[at(bytes)] ^= 1;
        return Sql($"UPDATE event SET {column} = x'{Convert.ToHexString(bytes)}' WHERE stream_id = {streamId} AND revision = {revision}");
    }

    /// <summary>The report, which must be the same for the file and for its rows in memory.</summary>
    public IntegrityReport Check()
    {
        using var store = new SqliteEventStore(File, new SqliteStoreOptions { Access = SqliteStoreAccess.Read });
        using var memory = InMemoryEventStore.FromRows(store.Streams().SelectMany(stream => store.Read(stream)));
        var report = LogIntegrity.Check(store);
        Assert.Equal(report.Findings.AsEnumerable(), LogIntegrity.Check(memory).Findings.AsEnumerable());
        return report;
    }

    /// <summary>The one finding of a check.</summary>
    public IntegrityFinding Single() => Assert.Single(Check().Findings);

    private byte[] Column(string column, string streamId, long revision)
    {
        using var store = new SqliteEventStore(File);
        var item = Assert.Single(store.Read(streamId == "{0}" ? Zero : One, revision, 1));
        return column == "data" ? item.Data.ToArray() : column == "metadata" ? item.Metadata.ToArray() : item.Id.ToByteArray(bigEndian: true);
    }
}
