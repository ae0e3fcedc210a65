namespace PbftReference.EventLog.Integrity;

/// <summary>What is known of a log's integrity. The numbers are the exit codes of commands that check it.</summary>
public enum IntegrityVerdict
{
    /// <summary>Nothing contradicts the log.</summary>
    Sound = 0,

    /// <summary>Something is missing that may never have been written, or can't be read by this version: neither sound nor shown to be corrupt.</summary>
    Undetermined = 2,

    /// <summary>The log is not as its replica wrote it.</summary>
    Corrupt = 4,
}

/// <summary>What can be wrong with a log.</summary>
public enum IntegrityFindingKind
{
    /// <summary>The record stands in its place, and its bytes are not those that were written.</summary>
    FlippedBit,

    /// <summary>A record that was written is not there, and later ones are.</summary>
    MissingRecord,

    /// <summary>The record belongs to another place of its stream.</summary>
    ReorderedRecord,

    /// <summary>The record belongs to another stream or to another copy of this one.</summary>
    ForeignRecord,

    /// <summary>Two records follow on the same one, or a replica signed for two histories.</summary>
    ForkedStream,

    /// <summary>The end of the stream is cut off, or the last step was not written whole.</summary>
    TruncatedTail,

    /// <summary>The record is as it was written, and it can't be read.</summary>
    UnreadableRecord,

    /// <summary>A payload that the record names is not there.</summary>
    MissingBlob,

    /// <summary>A snapshot is not the one that the replica's stream confirms.</summary>
    WrongSnapshot,

    /// <summary>A stream is not there, although others hold statements that were signed from it.</summary>
    MissingStream,

    /// <summary>The stream can't be read, or not from some record on: the file or the pages that hold it are damaged, or the user may not read them.</summary>
    UnreadableStream,
}

/// <summary>One thing that is wrong with a log.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Revision">The first revision that is concerned.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Verdict">What follows for the log: undetermined or corrupt.</param>
/// <param name="Explanation">What was seen, and how to go on.</param>
public sealed record IntegrityFinding(string Stream, long Revision, IntegrityFindingKind Kind, IntegrityVerdict Verdict, string Explanation);
