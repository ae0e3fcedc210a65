using PbftReference.Core.Types;
using PbftReference.Host;

namespace PbftReference.Cli.Exporting;

/// <summary>A sequence diagram as PlantUML draws it.</summary>
internal sealed class PlantUmlDiagram(TextWriter output, Genesis genesis, IReadOnlyList<ReplicaId> replicas) : SequenceDiagram(output, genesis, replicas)
{
    public override void Begin()
    {
        Output.WriteLine("@startuml");
        Output.WriteLine($"title cluster {Genesis.Cluster}");
        foreach (var replica in Replicas) Output.WriteLine($"participant {Lane(replica)}");
    }

    protected override void Arrow(string from, string to, string text) => Output.WriteLine($"{from} -> {to} : {text}");

    protected override void Note(string lane, string text) => Output.WriteLine($"note over {lane} : {text}");

    public override void End() => Output.WriteLine("@enduml");
}
