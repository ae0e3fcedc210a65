using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.Host;

namespace PbftReference.Cli.Exporting;

/// <summary>
/// A timeline as Perfetto and Chrome draw it (trace event format, JSON): a process for each replica, a span for each place from its proposal to
/// its execution there (or until the log ends), an instant for each transition. Times are those of the replicas' own hosts.
/// </summary>
internal sealed class PerfettoTrace(TextWriter output, Genesis genesis, IReadOnlyList<ReplicaId> replicas) : TraceFormat(output, genesis, replicas)
{
    private readonly SortedSet<(ReplicaId Replica, SequenceNumber Place)> _open = [];
    private long _last;
    private bool _any;

    public override void Begin()
    {
        Output.Write("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
        foreach (var replica in Replicas) Event("M", "process_name", replica, null, new JObject { ["args"] = new JObject { ["name"] = $"r{replica} of {Genesis.Cluster}" } });
    }

    public override void Write(LoggedStep step, IReadOnlyList<Transition> shown)
    {
        var (self, time) = (step.Before.Self, step.Record.TimeMs);
        _last = Math.Max(_last, time);
        foreach (var change in step.Record.Step?.Events ?? [])
        {
            if (ProposedBy(change) is { } begun && shown.Any(transition => transition.Place == begun) && _open.Add((self, begun))) Span("b", self, begun, time);
        }

        // a state that was fetched covers places that were never executed here
        var executed = RunLog.After(step.Record, step.Before).LastExecuted;
        foreach (var span in _open.Where(span => span.Replica == self && span.Place <= executed).ToList()) Close(span, time);
        foreach (var transition in shown) Event("i", transition.Name, self, time, new JObject { ["s"] = "t", ["args"] = new JObject { ["text"] = transition.Text, ["revision"] = step.Record.Revision } });
    }

    public override void End()
    {
        // what is under way when the log ends
        foreach (var span in _open.ToList()) Close(span, _last);
        Output.WriteLine("\n]}");
    }

    private void Close((ReplicaId Replica, SequenceNumber Place) span, long time)
    {
        _open.Remove(span);
        Span("e", span.Replica, span.Place, time);
    }

    private static SequenceNumber? ProposedBy(ReplicaEvent change) => change switch
    {
        PrePrepareSent e => e.SequenceNumber,
        PrePrepareAccepted e => e.PrePrepare.SequenceNumber,
        _ => null,
    };

    private void Span(string phase, ReplicaId replica, SequenceNumber place, long time) =>
        Event(phase, $"n={place}", replica, time, new JObject { ["cat"] = "place", ["id"] = $"{replica}.{place}" });

    private void Event(string phase, string name, ReplicaId replica, long? timeMs, JObject more)
    {
        var json = new JObject { ["ph"] = phase, ["name"] = name, ["pid"] = replica.Value, ["tid"] = 0 };
        if (timeMs is { } time) json["ts"] = time * 1000;
        json.Merge(more);
        Output.Write((_any ? ",\n" : "\n") + json.ToString(Formatting.None));
        _any = true;
    }
}
