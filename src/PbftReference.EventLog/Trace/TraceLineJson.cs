using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Trace;

/// <summary>The lines after the header as JSON, in the style of the log: fixed order of fields, 64-bit numbers as strings.</summary>
internal static class TraceLineJson
{
    internal static void Write(LogJsonWriter json, TraceLine line)
    {
        json.BeginObject();
        if (line.Step is { } step) WriteStep(json, step);
        if (line.Record is { } record) WriteRecord(json, record);
        json.EndObject();
    }

    internal static TraceLine Read(LogJsonReader json, TraceHeader header, int line)
    {
        json.BeginObject();
        var step = json.NextField == "replica" ? ReadStep(json, header) with { Line = line } : null;
        var record = json.NextField == "record" ? ReadRecord(json) : null;
        if (step is null && record is null) throw json.Fault("a line holds a step (\"replica\", \"step\", ...), a \"record\", or both");
        json.EndObject();
        return new TraceLine(step, record);
    }

    private static void WriteStep(LogJsonWriter json, TraceStep step)
    {
        json.Int32("replica", step.Replica.Value);
        json.Int64("step", step.Number);
        if (step.TimeMs is { } time) json.Int64("time", time);
        if (step.Restart) json.Bool("restart", true);
        if (step.Receive is { } received)
        {
            json.BeginObject("receive");
            TraceMessageJson.Write(json, received);
            json.EndObject();
        }

        WriteSends(json, step);
        WriteExecutions(json, step);
        WriteCheckpoints(json, "stable", step.Stable);
        WriteCheckpoints(json, "installed", step.Installed);
    }

    private static TraceStep ReadStep(LogJsonReader json, TraceHeader header)
    {
        var step = new TraceStep(json.Member("replica", header.Configuration.Replicas), json.From0("step"), json.NextField == "time" ? json.Int64("time") : null);
        return step with
        {
            Restart = json.NextField == "restart" && json.True("restart"),
            Receive = json.TryField("receive") ? ReadReceive(json, header) : null,
            Sends = json.NextField == "send" ? json.Items("send", item => ReadSend(item, header)) : [],
            Executions = json.NextField == "execute" ? json.Items("execute", ReadExecution) : [],
            Stable = json.NextField == "stable" ? json.Items("stable", ReadCheckpoint) : [],
            Installed = json.NextField == "installed" ? json.Items("installed", ReadCheckpoint) : [],
        };
    }

    private static TraceMessage ReadReceive(LogJsonReader json, TraceHeader header)
    {
        json.BeginObject();
        var message = TraceMessageJson.Read(json, header);
        json.EndObject();
        return message;
    }

    private static void WriteSends(LogJsonWriter json, TraceStep step)
    {
        if (step.Sends.IsEmpty) return;
        json.BeginArray("send");
        foreach (var send in step.Sends)
        {
            json.BeginObject();
            if (send.Client is { } client) json.Int64("client", client.Value);
            else json.Replicas("to", send.To);
            TraceMessageJson.Write(json, send.Message);
            json.EndObject();
        }

        json.EndArray();
    }

    private static TraceSend ReadSend(LogJsonReader json, TraceHeader header)
    {
        json.BeginObject();
        if (json.NextField == "client" && header.Profile != TraceProfile.NamedNewView)
        {
            throw json.Fault($"in profile {TraceNames.Profiles.Of(header.Profile)} nothing is sent to a client: what it is answered is not judged; leave the message out");
        }

        ClientId? client = json.NextField == "client" ? new ClientId(json.Int64("client")) : null;
        var send = new TraceSend(client is null ? json.Members("to", header.Configuration.Replicas) : [], client, TraceMessageJson.Read(json, header));
        json.EndObject();
        return send;
    }

    private static void WriteExecutions(LogJsonWriter json, TraceStep step)
    {
        if (step.Executions.IsEmpty) return;
        json.BeginArray("execute");
        foreach (var execution in step.Executions)
        {
            json.BeginObject();
            json.Int64("sequenceNumber", execution.SequenceNumber.Value);
            json.Digest("batchDigest", execution.BatchDigest);
            json.Payloads("results", execution.Results);
            json.Digest("serviceDigest", execution.ServiceDigest);
            json.EndObject();
        }

        json.EndArray();
    }

    private static TraceExecution ReadExecution(LogJsonReader json)
    {
        json.BeginObject();
        var execution = new TraceExecution(
            new SequenceNumber(json.From0("sequenceNumber")), json.Digest("batchDigest"), json.Payloads("results"), json.Digest("serviceDigest"));
        json.EndObject();
        return execution;
    }

    private static void WriteCheckpoints(LogJsonWriter json, string name, IReadOnlyList<TraceCheckpoint> checkpoints)
    {
        if (checkpoints.Count == 0) return;
        json.BeginArray(name);
        foreach (var checkpoint in checkpoints)
        {
            json.BeginObject();
            json.Int64("sequenceNumber", checkpoint.SequenceNumber.Value);
            json.Digest("stateDigest", checkpoint.StateDigest);
            json.EndObject();
        }

        json.EndArray();
    }

    private static TraceCheckpoint ReadCheckpoint(LogJsonReader json)
    {
        json.BeginObject();
        var checkpoint = new TraceCheckpoint(new SequenceNumber(json.From0("sequenceNumber")), json.Digest("stateDigest"));
        json.EndObject();
        return checkpoint;
    }

    private static void WriteRecord(LogJsonWriter json, StoredEvent record)
    {
        json.BeginObject("record");
        json.Text("stream", record.Stream);
        json.Int64("revision", record.Revision);
        json.Text("id", record.Id.ToString("D"));
        json.Text("type", record.Type);
        json.Payload("data", [.. record.Data.Span]);
        json.Payload("metadata", [.. record.Metadata.Span]);
        json.EndObject();
    }

    private static StoredEvent ReadRecord(LogJsonReader json)
    {
        json.BeginObject("record");
        var stream = json.Text("stream");
        var revision = json.Int64("revision");
        var id = json.Text("id");
        if (!Guid.TryParseExact(id, "D", out var guid)) throw json.Fault($"\"{id}\" is no event id");
        var record = new StoredEvent(stream, revision, guid, json.Text("type"), json.Payload("data").AsMemory(), json.Payload("metadata").AsMemory());
        json.EndObject();
        return record;
    }
}
