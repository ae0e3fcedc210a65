using PbftReference.Core.Messages;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Reports nothing as prepared in its view-changes.</summary>
public sealed class OmitViewChange : AlterViewChange
{
    /// <inheritdoc/>
    public override string Name => "omit-view-change";

    /// <inheritdoc/>
    protected override ViewChange Alter(ViewChange viewChange) => viewChange.Prepared.IsEmpty ? viewChange : viewChange with { Prepared = [] };
}
