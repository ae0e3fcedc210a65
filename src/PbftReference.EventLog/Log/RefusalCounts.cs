using System.Collections.Immutable;
using PbftReference.Core.Rules;
using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Log;

/// <summary>The record of how many inputs were refused, so that a flood of them costs one record and not one each.</summary>
internal static class RefusalCounts
{
    internal static byte[] Encode(IEnumerable<KeyValuePair<Refusal, long>> counts)
    {
        var sorted = counts.Where(count => count.Value != 0).ToImmutableSortedDictionary();
        foreach (var (refusal, count) in sorted)
        {
            if (count < 0) throw new ArgumentException($"{count} inputs can't have been refused as {Names.Refusals.Of(refusal)}", nameof(counts));
        }

        return LogJsonWriter.Encode(sorted, Write);
    }

    internal static ImmutableSortedDictionary<Refusal, long> Decode(ReadOnlyMemory<byte> data) =>
        LogJsonReader.Decode(RecordTypes.RefusalsCounted, data, Read);

    private static void Write(LogJsonWriter json, ImmutableSortedDictionary<Refusal, long> counts)
    {
        json.BeginObject();
        json.BeginObject("counts");
        foreach (var (refusal, count) in counts) json.Int64(Names.Refusals.Of(refusal), count);
        json.EndObject();
        json.EndObject();
    }

    private static ImmutableSortedDictionary<Refusal, long> Read(LogJsonReader json)
    {
        var counts = ImmutableSortedDictionary.CreateBuilder<Refusal, long>();
        json.BeginObject();
        json.BeginObject("counts");
        while (json.NextField is { } name)
        {
            if (!Names.Refusals.TryFind(name, out var refusal)) throw json.Fault($"\"{name}\" is no known {Names.Refusals.What}");
            if (!counts.TryAdd(refusal, json.Int64(name))) throw json.Fault($"\"{name}\" stands there twice");
        }

        json.EndObject();
        json.EndObject();
        return counts.ToImmutable();
    }
}
