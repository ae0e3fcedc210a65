using Newtonsoft.Json;

namespace PbftReference.EventLog.Codec;

/// <summary>The field names of the log, so that reading one does not make a new string. A name that is not listed is read all the same.</summary>
internal static class FieldNames
{
    internal static readonly JsonNameTable Table = NewTable();

    private static DefaultJsonNameTable NewTable()
    {
        var table = new DefaultJsonNameTable();
        string[] names =
        [
            "input", "events", "event", "refusal", "signature", "revision", "chainHead", "bytes", "base64",
            "view", "sequenceNumber", "batchDigest", "newView", "replica", "batch", "client", "timestamp", "operation", "result",
            "stateDigest", "serviceDigest", "stable", "prepared", "votes", "viewChanges", "carried", "results", "timer", "request",
            "requests", "prePrepare", "prepare", "commit", "checkpoint", "viewChange", "reason", "incarnation",
        ];
        foreach (var name in names) table.Add(name);
        return table;
    }
}
