using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.Simulation;

namespace PbftReference.Mutants.Traces;

/// <summary>How much of a run is mutated.</summary>
/// <param name="Shapes">Of how many shapes of records of a class (the events in it) one record is taken.</param>
/// <param name="Alterations">How many alterations of fields are made of a class.</param>
internal sealed record MutationLimits(int Shapes, int Alterations)
{
    /// <summary>All of it.</summary>
    public static MutationLimits None { get; } = new(int.MaxValue, int.MaxValue);
}

/// <summary>
/// Mutates the streams of a run's correct replicas: of each class of records, one of each shape (the events in it) as a whole, and each of
/// its fields in every way. Which record of many stands for the others, the seed says.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="limits">How much of it; what is taken, the seed says.</param>
internal sealed class RecordMutations(RunToMutate run, MutationLimits? limits = null)
{
    private readonly MutationLimits _limits = limits ?? MutationLimits.None;
    private readonly SeededRandom _random = new SeededRandom(run.Seed).Fork("trace mutants");

    /// <summary>The mutants of a run.</summary>
    public IEnumerable<RecordMutant> All()
    {
        var places = run.Correct.SelectMany(replica => StreamOf(replica).Select((record, i) => new Place(replica, i, record)));
        foreach (var ofClass in places.GroupBy(place => ClassOf(place.Record)).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var chosen = ofClass.GroupBy(place => ShapeOf(place.Record), StringComparer.Ordinal).Select(shape => _random.Pick(shape.ToArray())).ToList();
            while (chosen.Count > _limits.Shapes) chosen.RemoveAt(_random.Below(chosen.Count));
            foreach (var mutant in chosen.SelectMany(Structural)) yield return mutant;
            foreach (var mutant in Altered(chosen)) yield return mutant;
        }

        foreach (var mutant in WholeStreams()) yield return mutant;
    }

    /// <summary>The class of a record: its type without the version.</summary>
    public static string ClassOf(RawRecord record) => record.Type.Split('/')[0];

    // What a record in blobs holds is told by its size alone.
    private static string ShapeOf(RawRecord record)
    {
        if (record.IsInBlobs) return "in blobs";
        if (!record.IsStep) return "";
        var step = record.Step;
        return $"{string.Join(' ', step.Events.Select(e => Names.Events.Of(e.Kind)).Distinct())} {step.Refusal}";
    }

    private RawRecord[] StreamOf(ReplicaId replica) => run.Streams[RunToMutate.StreamOf(replica)];

    private IEnumerable<RecordMutant> Structural(Place place)
    {
        var stream = StreamOf(place.Replica);
        var i = place.At;
        yield return Mutant(place, Mutation.Drop, "", [.. stream[..i], .. stream[(i + 1)..]]);
        yield return Mutant(place, Mutation.Duplicate, "", [.. stream[..i], place.Record, .. stream[i..]]);
        if (i + 1 < stream.Length) yield return Mutant(place, Mutation.Swap, "", [.. stream[..i], stream[i + 1], place.Record, .. stream[(i + 2)..]]);
        var other = _random.Pick(run.Correct.Where(replica => replica != place.Replica).ToArray());
        if (Rest(StreamOf(other), place) is { } ofAnother) yield return Mutant(place, Mutation.Splice, "another replica's", [.. stream[..i], .. ofAnother]);
        if (Rest(run.Others[RunToMutate.StreamOf(place.Replica)], place) is { } ofOther) yield return Mutant(place, Mutation.Splice, "another run's", [.. stream[..i], .. ofOther]);
    }

    private RawRecord[]? Rest(RawRecord[] stream, Place place)
    {
        var alike = Enumerable.Range(0, stream.Length).Where(i => ClassOf(stream[i]) == ClassOf(place.Record)).ToArray();
        return alike.Length == 0 ? null : stream[_random.Pick(alike)..];
    }

    private IEnumerable<RecordMutant> Altered(List<Place> chosen)
    {
        var fields = chosen.SelectMany(place => AlterationsOf(place).Select(altered => (Place: place, Altered: altered)))
            .GroupBy(one => (one.Altered.Kind, one.Altered.Field)).Select(group => _random.Pick(group.ToArray())).ToList();
        while (fields.Count > _limits.Alterations) fields.RemoveAt(_random.Below(fields.Count));
        foreach (var (place, altered) in fields)
        {
            var stream = (RawRecord[])StreamOf(place.Replica).Clone();
            stream[place.At] = altered.Apply();
            if (IsSame(stream[place.At], place.Record)) continue;
            yield return Mutant(place, altered.Kind, altered.Field, stream);
        }
    }

    private static IEnumerable<RecordAlteration> AlterationsOf(Place place)
    {
        if (place.Record.Type == RecordTypes.Blob) return [new RecordAlteration(Mutation.Rest, "a byte other", () => place.Record.With(Flipped(place.Record.Data)))];
        return place.Record.IsInBlobs
            ? JsonAlterations.Of(place.Record.Data).Select(a => new RecordAlteration(Mutation.Rest, $"kept in blobs: {a.Field}", () => place.Record.With(a.Apply())))
            : RecordAlterations.Of(place.Record);
    }

    private static byte[] Flipped(ReadOnlyMemory<byte> data)
    {
        var bytes = data.ToArray();
        bytes[bytes.Length / 2] ^= 1;
        return bytes;
    }

    // What reads as the same step is the same record: an event written out that the input carries, say.
    private static bool IsSame(RawRecord altered, RawRecord record)
    {
        if (altered.Type != record.Type || altered.Metadata != record.Metadata) return false;
        if (altered.Data.Span.SequenceEqual(record.Data.Span)) return true;
        if (!record.IsStep || record.IsInBlobs) return false;
        try
        {
            return StepCodec.Encode(altered.Step).Data.AsSpan().SequenceEqual(record.Data.Span);
        }
        catch (LogFormatException)
        {
            return false;
        }
    }

    private IEnumerable<RecordMutant> WholeStreams()
    {
        foreach (var replica in run.Correct)
        {
            yield return Whole("another run's", (replica, run.Others[RunToMutate.StreamOf(replica)]));
            foreach (var other in run.Correct.Where(other => other.Value > replica.Value)) yield return Whole("exchanged", (replica, StreamOf(other)), (other, StreamOf(replica)));
        }
    }

    private static RecordMutant Whole(string field, params (ReplicaId Replica, RawRecord[] Stream)[] changed) =>
        new(RecordMutant.WholeStream, Mutation.Splice, field, 0, changed.ToDictionary(one => one.Replica, one => one.Stream));

    private static RecordMutant Mutant(Place place, Mutation kind, string field, RawRecord[] stream) =>
        new(ClassOf(place.Record), kind, field, place.At, new Dictionary<ReplicaId, RawRecord[]> { [place.Replica] = stream });

    private readonly record struct Place(ReplicaId Replica, int At, RawRecord Record);
}
