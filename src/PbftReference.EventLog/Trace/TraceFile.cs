using System.Text;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Trace;

/// <summary>
/// A trace as JSON Lines in UTF-8: a header, then a line a step. Any implementation of PBFT can write one; see docs/trace-format.md.
/// </summary>
public static class TraceFile
{
    /// <summary>The longest line that is read, in bytes.</summary>
    public const int MaxLineBytes = 64 * 1024 * 1024;

    /// <summary>Writes a trace. Each line ends with a line feed.</summary>
    /// <param name="output">Where to; stays open.</param>
    /// <param name="header">The first line.</param>
    /// <param name="lines">The others, in order.</param>
    public static void Write(Stream output, TraceHeader header, IEnumerable<TraceLine> lines)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(lines);
        output.Write(Encoding.UTF8.GetBytes(TraceHeaderJson.Encode(header) + "\n"));
        foreach (var line in lines)
        {
            output.Write(LogJsonWriter.Encode(line, TraceLineJson.Write));
            output.WriteByte((byte)'\n');
        }
    }

    /// <summary>Reads a trace's header; the lines are read as they are enumerated, once.</summary>
    /// <param name="input">Where from; stays open.</param>
    /// <param name="name">The file's name, for messages: <c>run.jsonl:12: ...</c>.</param>
    /// <param name="lines">The lines after the header.</param>
    /// <exception cref="LogFormatException">
    /// Here or while enumerating: a line is not what it should be; names the file, the line and the field.
    /// </exception>
    public static TraceHeader Read(Stream input, string name, out IEnumerable<TraceLine> lines)
    {
        ArgumentNullException.ThrowIfNull(input);
        var reader = new TraceLines(input, name);
        var first = reader.Next() ?? throw new LogFormatException($"{name}: the file is empty; a trace begins with a header");
        var header = TraceHeaderJson.Decode(reader.Place, Encoding.UTF8.GetString(first.Span));
        lines = Lines(reader, header);
        return header;
    }

    private static IEnumerable<TraceLine> Lines(TraceLines reader, TraceHeader header)
    {
        var last = new Dictionary<ReplicaId, long>();
        while (reader.Next() is { } data)
        {
            var line = LogJsonReader.Decode(reader.Place, data, json => TraceLineJson.Read(json, header, reader.Number));
            if (header.Streams.IsEmpty && line.Record is not null) throw new LogFormatException($"{reader.Place}: at field \"record\": the header names no streams, so no line holds a record; take the record out, or export the trace again");
            if (line.Step is { } step) Check(step, header, last, reader.Place);
            if (line is { Step: { } beside, Record: { } record }) StepBesideRecord.Check(beside, record, reader.Place);
            yield return line;
        }
    }

    private static void Check(TraceStep step, TraceHeader header, Dictionary<ReplicaId, long> last, string document)
    {
        // a log whose beginning was truncated has steps from its snapshot on; what has no records begins at the beginning
        if (header.Streams.IsEmpty && !step.Restart && !last.ContainsKey(step.Replica))
        {
            throw new LogFormatException($"{document}: at field \"restart\": the first step of replica {step.Replica} must have it, as \"restart\":true; a history is told from its start on");
        }

        if (last.TryGetValue(step.Replica, out var before) && step.Number <= before)
        {
            throw new LogFormatException($"{document}: step {step.Number} of replica {step.Replica} stands after its step {before}; one replica's steps ascend");
        }

        last[step.Replica] = step.Number;
    }
}
