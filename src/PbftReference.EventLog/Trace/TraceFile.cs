using System.Text;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Trace;

/// <summary>
/// A trace as JSON Lines in UTF-8: a header, then a line a step. Any implementation of PBFT can write one; see docs/trace-format.md.
/// </summary>
public static class TraceFile
{
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
        var reader = new StreamReader(input, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var first = NextLine(reader, name, 1) ?? throw new LogFormatException($"{name}: the file is empty; a trace begins with a header");
        var header = TraceHeaderJson.Decode($"{name}:1", first);
        lines = Lines(reader, name, header);
        return header;
    }

    private static IEnumerable<TraceLine> Lines(StreamReader reader, string name, TraceHeader header)
    {
        var last = new Dictionary<ReplicaId, long>();
        for (var number = 2; NextLine(reader, name, number) is { } text; number++)
        {
            var document = $"{name}:{number}";
            var line = LogJsonReader.Decode(document, Encoding.UTF8.GetBytes(text), json => TraceLineJson.Read(json, header.Profile));
            if (line.Step is { } step) Check(step, header, last, document);
            yield return line;
        }
    }

    private static void Check(TraceStep step, TraceHeader header, Dictionary<ReplicaId, long> last, string document)
    {
        if (!header.Configuration.IsMember(step.Replica))
        {
            throw new LogFormatException($"{document}: there is no replica {step.Replica} in a cluster of {header.Configuration.Replicas}");
        }

        if (last.TryGetValue(step.Replica, out var before) && step.Number <= before)
        {
            throw new LogFormatException($"{document}: step {step.Number} of replica {step.Replica} stands after its step {before}; one replica's steps ascend");
        }

        last[step.Replica] = step.Number;
    }

    private static string? NextLine(StreamReader reader, string name, int number)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException e)
        {
            throw new LogFormatException($"{name}:{number}: the line, or one soon after it, is not UTF-8", e);
        }
    }
}
