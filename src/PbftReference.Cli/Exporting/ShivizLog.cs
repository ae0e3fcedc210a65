using System.Globalization;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host;

namespace PbftReference.Cli.Exporting;

/// <summary>
/// A log with vector clocks as ShiViz reads it: two lines a record, <c>r0 {"r0":3,"r1":7}</c> and what happened. A message brings the clock of
/// the record that its sender signed with it; of a sender whose log is not here nothing is known.
/// </summary>
internal sealed class ShivizLog(TextWriter output, Genesis genesis, IReadOnlyList<ReplicaId> replicas) : TraceFormat(output, genesis, replicas)
{
    // Of each replica: its clock now, and its clocks so far by revision, ascending.
    private readonly Dictionary<ReplicaId, long[]> _now = replicas.ToDictionary(id => id, _ => new long[replicas.Count]);
    private readonly Dictionary<ReplicaId, List<(long Revision, long[] Clock)>> _before = replicas.ToDictionary(id => id, _ => new List<(long, long[])>());

    public override void Begin() => Output.WriteLine(@"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)" + "\n");

    public override void Write(LoggedStep step, IReadOnlyList<Transition> shown)
    {
        var self = step.Before.Self;
        var clock = _now[self];
        if (step.Record.Step?.Input is MessageReceived { Message: ReplicaMessage message, Signature.Revision: var signedAt } && message.Replica != self) Join(clock, message.Replica, signedAt);
        clock[IndexOf(self)]++;
        _before[self].Add((step.Record.Revision, [.. clock]));
        Output.WriteLine($"r{self} {{{string.Join(",", Replicas.Select((id, i) => (id, Count: clock[i])).Where(c => c.Count > 0).Select(c => string.Create(CultureInfo.InvariantCulture, $"\"r{c.id}\":{c.Count}")))}}}");
        Output.WriteLine(shown.Count == 0 ? step.Record.Type : string.Join(" | ", shown.Select(transition => transition.Text)));
    }

    private int IndexOf(ReplicaId replica) => Enumerable.Range(0, Replicas.Count).First(i => Replicas[i] == replica);

    private void Join(long[] clock, ReplicaId sender, long signedAt)
    {
        if (!_before.TryGetValue(sender, out var before)) return;
        var (low, high) = (0, before.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (before[middle].Revision <= signedAt) low = middle + 1;
            else high = middle;
        }

        if (low == 0) return;
        for (var i = 0; i < clock.Length; i++) clock[i] = Math.Max(clock[i], before[low - 1].Clock[i]);
    }
}
