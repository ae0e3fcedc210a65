using System.Globalization;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.Host;

namespace PbftReference.Cli.Exporting;

/// <summary>A table with a row for each transition (RFC 4180).</summary>
internal sealed class CsvTable(TextWriter output, Genesis genesis, IReadOnlyList<ReplicaId> replicas) : TraceFormat(output, genesis, replicas)
{
    private long _order;

    public override void Begin() => Row("order", "replica", "revision", "time_ms", "record", "event", "view", "sequence_number", "text");

    public override void Write(LoggedStep step, IReadOnlyList<Transition> shown)
    {
        foreach (var t in shown)
        {
            Row(
                Text(_order++), Text(step.Before.Self.Value), Text(step.Record.Revision), Text(step.Record.TimeMs), step.Record.Type, t.Name, Text(t.View.Value),
                t.Place is { } n ? Text(n.Value) : "", t.Text);
        }
    }

    private void Row(params string[] cells) => Output.Write(string.Join(",", cells.Select(Quoted)) + "\r\n");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
