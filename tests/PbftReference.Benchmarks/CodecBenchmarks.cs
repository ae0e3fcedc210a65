using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Benchmarks;

/// <summary>Steps to and from the log's JSON, and a log read with its hash chain checked.</summary>
internal static class CodecBenchmarks
{
    public static IEnumerable<Benchmark> List()
    {
        yield return new Benchmark("codec/encode", "step", Encode);
        yield return new Benchmark("codec/decode", "step", Decode);
        yield return new Benchmark("codec/read-checked", "record", ReadChecked);
    }

    private static Measured Encode()
    {
        var steps = Recording.Shared.Steps;
        return Measured.Of(steps.Length, () =>
        {
            foreach (var step in steps) StepCodec.Encode(step);
        });
    }

    private static Measured Decode()
    {
        var records = Recording.Shared.Steps.Select(StepCodec.Encode).ToList();
        return Measured.Of(records.Count, () =>
        {
            foreach (var record in records) StepCodec.Decode(record.Type, record.Data);
        });
    }

    private static Measured ReadChecked()
    {
        var rows = Recording.Shared.Rows;
        using var store = InMemoryEventStore.FromRows(rows);
        return Measured.Of(rows.Length, () =>
        {
            foreach (var record in ReplicaLog.Read(store, rows[0].Stream)) GC.KeepAlive(record.Hash);
        });
    }
}
