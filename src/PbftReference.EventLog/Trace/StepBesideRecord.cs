using PbftReference.Core.Inputs;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Trace;

/// <summary>What a step and the record beside it must have in common. What else the step says is for readers who know no records.</summary>
internal static class StepBesideRecord
{
    /// <summary>Requires that they are of the same replica, number and input.</summary>
    /// <exception cref="LogFormatException">They are not; names the place and the field.</exception>
    public static void Check(TraceStep step, StoredEvent record, string place)
    {
        if (!LogStreams.TryParseReplica(record.Stream, out _, out var replica) || replica != step.Replica)
        {
            throw Contradiction(place, "record.stream", $"'{record.Stream}'", $"replica {step.Replica}");
        }

        if (record.Revision != step.Number) throw Contradiction(place, "record.revision", $"{record.Revision}", $"step {step.Number}");
        var input = NameOf(record.Type);
        if ((input == NameOf(Names.RecordTypeOf(InputKind.ReplicaStarted))) != step.Restart) throw Contradiction(place, "restart", $"a record of type {record.Type}", step.Restart ? "a restart" : "none");
        var received = step.Receive is { } message ? NameOf(Names.RecordTypeOf(message.Kind)) : null;
        if (received is null ? input.EndsWith("-received", StringComparison.Ordinal) : input != received)
        {
            throw Contradiction(place, "receive", $"a record of type {record.Type}", step.Receive is null ? "nothing received" : $"a received {Names.Messages.Of(step.Receive.Kind)}");
        }
    }

    // Whether a version is known is for whoever reads the record.
    private static string NameOf(string type) => type.Split('/')[0];

    private static LogFormatException Contradiction(string place, string field, string record, string step) =>
        new($"{place}: at field \"{field}\": the step and the record beside it contradict each other: {record} stands beside {step}; export the trace again");
}
