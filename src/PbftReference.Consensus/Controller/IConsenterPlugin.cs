using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;

namespace PbftReference.Consensus.Controller;

/// <summary>A consenter that a node runs: made whole by the controller, then started, then stopped.</summary>
public interface IConsenterPlugin : IConsenter, IAsyncDisposable
{
    /// <summary>The name it is chosen by.</summary>
    string Name { get; }

    /// <summary>Events that wait for its event thread; may be read from any thread.</summary>
    int EventsWaiting { get; }

    /// <summary>Events that its event thread is done with since it was started; may be read from any thread.</summary>
    long EventsHandled { get; }

    /// <summary>Starts. The stack must have its consenter by now.</summary>
    /// <param name="incarnation">A number used once.</param>
    void Start(Digest incarnation);
}
