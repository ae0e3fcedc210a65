using System.Text;

namespace PbftReference.Core.Phases;

/// <summary>Draws the phase machines as Mermaid state diagrams, from the machines themselves. docs/phases.md holds exactly this.</summary>
public static class PhaseDiagram
{
    /// <summary>The page: an introduction and one diagram for each machine.</summary>
    public static string Page()
    {
        var page = new StringBuilder();
        page.Append("# Phases\n\n");
        page.Append("What may follow what. These diagrams are exported from the Stateless machines in `src/PbftReference.Core/Phases` by\n");
        page.Append("`PhaseDiagram.Page()`, and a test holds this page equal to the export. A log whose events ask for another transition\n");
        page.Append("cannot be folded: it is forged or torn.\n");
        Section(page, "The replica", "Its lifecycle; paper section 4.4.", ReplicaPhases.Table);
        Section(page, "A place of the log", "Agreement on one sequence number in the current view; paper section 4.2.", SlotPhases.Table);
        Section(page, "Execution", "What the service is doing, beside the lifecycle: a replica votes while it executes or fetches state; sections 4.2 and 4.6.", ExecutionPhases.Table);
        return page.ToString();
    }

    /// <summary>One machine as a Mermaid state diagram: its phases and triggers in the order of their enums.</summary>
    public static string Mermaid<TPhase, TTrigger>(PhaseTable<TPhase, TTrigger> table)
        where TPhase : struct, Enum
        where TTrigger : struct, Enum
    {
        var machine = table.NewMachine();
        var diagram = new StringBuilder("stateDiagram-v2\n");
        diagram.Append("    [*] --> ").Append(machine.State).Append('\n');
        var arrows = new List<(TPhase From, TTrigger Trigger, TPhase To)>();
        foreach (var state in machine.GetInfo().States)
        {
            foreach (var transition in state.FixedTransitions)
            {
                arrows.Add(((TPhase)state.UnderlyingState, (TTrigger)transition.Trigger.UnderlyingTrigger, (TPhase)transition.DestinationState.UnderlyingState));
            }
        }

        foreach (var (from, trigger, to) in arrows.OrderBy(a => a.From).ThenBy(a => a.Trigger))
        {
            diagram.Append("    ").Append(from).Append(" --> ").Append(to).Append(": ").Append(trigger).Append('\n');
        }

        return diagram.ToString();
    }

    private static void Section<TPhase, TTrigger>(StringBuilder page, string title, string text, PhaseTable<TPhase, TTrigger> table)
        where TPhase : struct, Enum
        where TTrigger : struct, Enum =>
        page.Append("\n## ").Append(title).Append("\n\n").Append(text).Append("\n\n```mermaid\n").Append(Mermaid(table)).Append("```\n");
}
