using PbftReference.Core.Types;

namespace PbftReference.Mutants.Traces;

/// <summary>The kinds of change.</summary>
internal enum Mutation
{
    /// <summary>The record is left out.</summary>
    Drop,

    /// <summary>The record stands there twice.</summary>
    Duplicate,

    /// <summary>The record and the next one change places.</summary>
    Swap,

    /// <summary>A field of the input is altered, and with it what the events take from it.</summary>
    Input,

    /// <summary>A field of an event, or the refusal, is altered; the input stays.</summary>
    Event,

    /// <summary>A field beside the data is altered: the time, the cause, the type. Or data that is no step's.</summary>
    Rest,

    /// <summary>From the record on the stream goes on as that of another run, or of another replica.</summary>
    Splice,
}

/// <summary>The streams of a run, one of which has one change.</summary>
/// <param name="Class">The type of the record that was changed, without the version.</param>
/// <param name="Kind">What kind of change.</param>
/// <param name="Field">Which field and how, without the places in lists; empty if no field.</param>
/// <param name="At">The record.</param>
/// <param name="Streams">The streams that differ from the recorded ones.</param>
internal sealed record RecordMutant(string Class, Mutation Kind, string Field, int At, IReadOnlyDictionary<ReplicaId, RawRecord[]> Streams)
{
    /// <summary>The class of changes of whole streams.</summary>
    public const string WholeStream = "whole stream";

    /// <summary>Whether it is about blobs: the record, or one beside it, is one or is kept in one.</summary>
    public bool IsOfBlobs => Streams.Values.Any(stream => stream.Skip(At - 1).Take(3).Any(record => record.IsOfBlobs));

    /// <summary>The replica whose stream is changed; of several, the first.</summary>
    public ReplicaId Replica => Streams.Keys.First();
}
