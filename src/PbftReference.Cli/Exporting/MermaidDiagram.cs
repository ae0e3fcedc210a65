using PbftReference.Core.Types;
using PbftReference.Host;

namespace PbftReference.Cli.Exporting;

/// <summary>A sequence diagram as Mermaid draws it, in Markdown among others.</summary>
internal sealed class MermaidDiagram(TextWriter output, Genesis genesis, IReadOnlyList<ReplicaId> replicas) : SequenceDiagram(output, genesis, replicas)
{
    public override void Begin()
    {
        Output.WriteLine("sequenceDiagram");
        foreach (var replica in Replicas) Output.WriteLine($"  participant {Lane(replica)}");
    }

    protected override void Arrow(string from, string to, string text) => Output.WriteLine($"  {from}->>{to}: {Escaped(text)}");

    protected override void Note(string lane, string text) => Output.WriteLine($"  Note over {lane}: {Escaped(text)}");

    // The two characters that mean something in a text.
    private static string Escaped(string text) => string.Concat(text.Select(c => c switch { '#' => "#35;", ';' => "#59;", _ => c.ToString() }));
}
