using System.Text;
using System.Text.Json.Nodes;
using PbftReference.Core;
using PbftReference.Core.Inputs;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.Mutants.Traces;

/// <summary>A way to alter a record.</summary>
/// <param name="Kind">The input, an event, or the rest.</param>
/// <param name="Field">Which field and how.</param>
/// <param name="Apply">The altered record.</param>
internal sealed record RecordAlteration(Mutation Kind, string Field, Func<RawRecord> Apply);

/// <summary>Every way to alter one thing in a record: in its data, and beside it.</summary>
internal static class RecordAlterations
{
    // An input from which no event takes anything.
    private static readonly Input OfNothing = new TimerExpired(TimerKind.Status);

    /// <summary>All alterations of a record whose data stands in it.</summary>
    public static IEnumerable<RecordAlteration> Of(RawRecord record) =>
        (record.IsStep ? OfStep(record) : JsonAlterations.Of(record.Data).Select(a => new RecordAlteration(Mutation.Rest, a.Field, () => record.With(a.Apply()))))
        .Concat(Beside(record));

    private static IEnumerable<RecordAlteration> OfStep(RawRecord record)
    {
        foreach (var altered in JsonAlterations.Of(record.Data))
        {
            var kind = altered.Field.StartsWith("input", StringComparison.Ordinal) ? Mutation.Input : Mutation.Event;
            yield return new RecordAlteration(kind, altered.Field, () => record.With(altered.Apply()));
        }

        if (record.Step.Refusal is null) yield return new RecordAlteration(Mutation.Event, "refusal added", () => Encoded(record, record.Step with { Refusal = Refusal.Duplicate }));
        var written = Written(record);
        if (written.Span.SequenceEqual(record.Data.Span)) yield break;
        foreach (var altered in JsonAlterations.Of(written).Where(a => !a.Field.StartsWith("input", StringComparison.Ordinal)))
        {
            yield return new RecordAlteration(Mutation.Event, altered.Field, () => record.With(altered.Apply()));
        }
    }

    // The record with everything written out that its events take from its input, so that it can be altered there alone.
    private static ReadOnlyMemory<byte> Written(RawRecord record)
    {
        var whole = JsonNode.Parse(StepCodec.Encode(record.Step with { Input = OfNothing }).Data)!.AsObject();
        var data = JsonNode.Parse(record.Data.Span)!.AsObject();
        data["events"] = whole["events"]!.DeepClone();
        return Encoding.UTF8.GetBytes(data.ToJsonString());
    }

    private static RawRecord Encoded(RawRecord record, Step step) => record.With(StepCodec.Encode(step).Data);

    private static IEnumerable<RecordAlteration> Beside(RawRecord record)
    {
        var metadata = record.Metadata;
        yield return Beside("time +1", () => record with { Metadata = metadata with { TimeMs = metadata.TimeMs + 1 } });
        yield return Beside("$correlationId other", () => record with { Metadata = metadata with { Correlation = Digest.Of([7]) } });
        yield return Beside("$causationId left out", () => record with { Metadata = metadata with { Causation = null } });
        yield return Beside("type other", () => record.With(record.Data) with { Type = NextType(record.Type) });
        yield return Beside("type unknown", () => record.With(record.Data) with { Type = "unheard-of/1" });

        static RecordAlteration Beside(string field, Func<RawRecord> apply) => new(Mutation.Rest, field, apply);
    }

    private static string NextType(string type) => Names.RecordTypes[(Names.RecordTypes.IndexOf(type) + 1) % Names.RecordTypes.Length];
}
