using PbftReference.Core.Phases;
using VerifyXunit;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>docs/phases.md is exported from the machines.</summary>
public class PhaseDiagramTests
{
    [Fact]
    public void The_page_in_docs_is_the_export() =>
        Assert.Equal(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "phases.md")), PhaseDiagram.Page());

    [Fact]
    public Task The_replicas_machine() => Verify("replica", PhaseDiagram.Mermaid(ReplicaPhases.Table));

    [Fact]
    public Task A_places_machine() => Verify("slot", PhaseDiagram.Mermaid(SlotPhases.Table));

    [Fact]
    public Task The_machine_of_execution() => Verify("execution", PhaseDiagram.Mermaid(ExecutionPhases.Table));

    private static async Task Verify(string name, string diagram) =>
        await Verifier.Verify(diagram, extension: "mmd").UseDirectory("../../../snapshots/phases").UseFileName(name);
}
