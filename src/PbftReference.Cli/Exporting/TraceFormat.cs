using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.Host;

namespace PbftReference.Cli.Exporting;

/// <summary>A form that other tools read. It is written as the log is read, step by step in causal order.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="genesis">The cluster.</param>
/// <param name="replicas">The replicas whose logs are written, ascending.</param>
internal abstract class TraceFormat(TextWriter output, Genesis genesis, IReadOnlyList<ReplicaId> replicas)
{
    /// <summary>The names of all forms but the log's own, <c>jsonl</c>.</summary>
    public static IReadOnlyList<string> All { get; } = ["mermaid", "plantuml", "shiviz", "itf", "perfetto", "csv"];

    /// <summary>Where it goes.</summary>
    protected TextWriter Output => output;

    /// <summary>The cluster.</summary>
    protected Genesis Genesis => genesis;

    /// <summary>The replicas whose logs are written, ascending.</summary>
    protected IReadOnlyList<ReplicaId> Replicas => replicas;

    /// <summary>The form of a name.</summary>
    public static TraceFormat Of(string name, TextWriter output, RunLog log, IReadOnlyList<ReplicaId> replicas) => name switch
    {
        "mermaid" => new MermaidDiagram(output, log.Genesis, replicas),
        "plantuml" => new PlantUmlDiagram(output, log.Genesis, replicas),
        "shiviz" => new ShivizLog(output, log.Genesis, replicas),
        "itf" => new ItfTrace(output, log.Genesis, replicas, log.Beginning),
        "perfetto" => new PerfettoTrace(output, log.Genesis, replicas),
        "csv" => new CsvTable(output, log.Genesis, replicas),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <summary>What comes before the first step.</summary>
    public abstract void Begin();

    /// <summary>One record.</summary>
    /// <param name="step">The record with the state before it.</param>
    /// <param name="shown">What is to be shown of it; for forms with clocks and states every record counts, shown or not.</param>
    public abstract void Write(LoggedStep step, IReadOnlyList<Transition> shown);

    /// <summary>What comes after the last step.</summary>
    public virtual void End()
    {
    }
}
