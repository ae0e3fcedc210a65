using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;

namespace PbftReference.Consensus.Controller;

/// <summary>A consenter that a node runs: made whole by the controller, then started, then stopped.</summary>
public interface IConsenterPlugin : IConsenter, IAsyncDisposable
{
    /// <summary>The name it is chosen by.</summary>
    string Name { get; }

    /// <summary>Starts. The stack must have its consenter by now.</summary>
    /// <param name="incarnation">A number used once.</param>
    void Start(Digest incarnation);
}
