using PbftReference.Core.Types;

namespace PbftReference.EventLog.Log;

/// <summary>A place in a chain of records: what a replica signs together with each of its statements.</summary>
/// <param name="Revision">The record's revision; -1 before the first record.</param>
/// <param name="Hash">The record's hash, which covers all records before it; <see cref="Digest.None"/> before the first record.</param>
public readonly record struct LogPosition(long Revision, Digest Hash)
{
    /// <summary>Before the first record.</summary>
    public static LogPosition Start => new(-1, Digest.None);
}
