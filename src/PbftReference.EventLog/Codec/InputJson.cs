using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>Inputs as JSON. Which input it is stands in the record's type.</summary>
internal static class InputJson
{
    internal static void Write(LogJsonWriter json, string name, Input input)
    {
        if (input is MessageReceived received)
        {
            MessageJson.WriteSigned(json, name, received.Message, received.Signature);
            return;
        }

        json.BeginObject(name);
        switch (input)
        {
            case ReplicaStarted i: json.Digest("incarnation", i.Incarnation); break;
            case TimerExpired i: json.Text("timer", Names.Timers.Of(i.Timer)); break;
            case ExecutionCompleted i:
                json.Int64("sequenceNumber", i.SequenceNumber.Value);
                json.Payloads("results", i.Results);
                json.Digest("serviceDigest", i.ServiceDigest);
                break;
            case StateStaged i:
                json.Int64("sequenceNumber", i.SequenceNumber.Value);
                json.Int32s("missing", i.Missing);
                break;
            case StateInstalled i:
                json.Int64("sequenceNumber", i.SequenceNumber.Value);
                json.Digest("stateDigest", i.StateDigest);
                ClientTableJson.Write(json, "clients", i.Clients);
                json.Digest("serviceDigest", i.ServiceDigest);
                break;
            default: throw new InvalidOperationException($"no JSON form for {input.GetType().Name}");
        }

        json.EndObject();
    }

    internal static Input ReadMessage(LogJsonReader json, MessageKind kind)
    {
        var (message, signature) = MessageJson.ReadSigned(json, kind);
        return new MessageReceived(message, signature);
    }

    internal static Input Read(LogJsonReader json, InputKind kind)
    {
        json.BeginObject();
        Input input = kind switch
        {
            InputKind.ReplicaStarted => new ReplicaStarted(json.Digest("incarnation")),
            InputKind.MessageReceived => throw new ArgumentException("a message is read by its own kind"),
            InputKind.TimerExpired => new TimerExpired(json.Name("timer", Names.Timers)),
            InputKind.ExecutionCompleted => new ExecutionCompleted(Place(json), json.Payloads("results"), json.Digest("serviceDigest")),
            InputKind.StateStaged => new StateStaged(Place(json), json.Int32s("missing")),
            InputKind.StateInstalled => ReadStateInstalled(json),
        };
        json.EndObject();
        return input;
    }

    private static StateInstalled ReadStateInstalled(LogJsonReader json)
    {
        var (n, digest) = (Place(json), json.Digest("stateDigest"));
        json.Field("clients");
        return new StateInstalled(n, digest, ClientTableJson.Read(json), json.Digest("serviceDigest"));
    }

    private static SequenceNumber Place(LogJsonReader json) => new(json.Int64("sequenceNumber"));
}
