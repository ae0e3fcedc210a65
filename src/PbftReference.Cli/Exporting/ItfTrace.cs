using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Host;

namespace PbftReference.Cli.Exporting;

/// <summary>
/// States as the tools of TLA+ and Quint read them (Informal Trace Format, ITF): after each record the view, phase, watermark and execution of
/// every replica, and which replica took which input. A replica of which no record came yet stands at its beginning.
/// </summary>
internal sealed class ItfTrace(TextWriter output, Genesis genesis, IReadOnlyList<ReplicaId> replicas, Func<ReplicaId, ReplicaState> beginning) : TraceFormat(output, genesis, replicas)
{
    private static readonly string[] Variables = ["replica", "input", "view", "phase", "low", "lastExecuted", "serviceDigest"];

    private readonly SortedDictionary<ReplicaId, ReplicaState> _states = [];
    private long _index;

    public override void Begin()
    {
        foreach (var replica in Replicas) _states[replica] = beginning(replica);
        var meta = new JObject { ["format"] = "ITF", ["description"] = $"cluster {Genesis.Cluster}, written by pbft trace export", ["varTypes"] = Types() };
        Output.Write($"{{\"#meta\":{meta.ToString(Formatting.None)},\"vars\":{new JArray(Variables).ToString(Formatting.None)},\"states\":[");
    }

    public override void Write(LoggedStep step, IReadOnlyList<Transition> shown)
    {
        _states[step.Before.Self] = RunLog.After(step.Record, step.Before);
        var state = new JObject
        {
            ["#meta"] = new JObject { ["index"] = _index },
            ["replica"] = Number(step.Before.Self.Value),
            ["input"] = step.Record.Type,
            ["view"] = Map(s => Number(s.View.Value)),
            ["phase"] = Map(s => s.Phase.ToString()),
            ["low"] = Map(s => Number(s.Low.Value)),
            ["lastExecuted"] = Map(s => Number(s.LastExecuted.Value)),
            ["serviceDigest"] = Map(s => s.ServiceDigest.ToString()),
        };
        Output.Write((_index++ == 0 ? "\n" : ",\n") + state.ToString(Formatting.None));
    }

    public override void End() => Output.WriteLine("\n]}");

    private static JObject Types() => new()
    {
        ["replica"] = "Int", ["input"] = "Str", ["view"] = "Int -> Int", ["phase"] = "Int -> Str", ["low"] = "Int -> Int", ["lastExecuted"] = "Int -> Int", ["serviceDigest"] = "Int -> Str",
    };

    private JObject Map(Func<ReplicaState, JToken> value) => new() { ["#map"] = new JArray(_states.Select(pair => new JArray(Number(pair.Key.Value), value(pair.Value)))) };

    // A number may be greater than a double can say.
    private static JObject Number(long value) => new() { ["#bigint"] = value.ToString(CultureInfo.InvariantCulture) };
}
