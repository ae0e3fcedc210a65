using PbftReference.Cli.Output;
using PbftReference.Simulation;
using PbftReference.Simulation.Clients;

namespace PbftReference.Cli.Running;

/// <summary>
/// Prints accepted operations, one a line: client, timestamp, result. A line leaves only after the commit that covers it, so whoever
/// reads it can count on it even if this process is killed.
/// </summary>
internal sealed class Acknowledgements
{
    private readonly Terminal _terminal;
    private readonly List<Acceptance> _waiting = [];

    public Acknowledgements(Terminal terminal, Cluster cluster, CommitPacer pacer)
    {
        _terminal = terminal;
        cluster.Accepted += _waiting.Add;
        pacer.Committed += Release;
    }

    private void Release()
    {
        foreach (var acceptance in _waiting)
        {
            _terminal.Result.Write($"{acceptance.Client} {acceptance.Timestamp} ");
            _terminal.WriteBytes(acceptance.Result.AsSpan());
            _terminal.Result.Write('\n');
        }

        _waiting.Clear();
        _terminal.Result.Flush();
    }
}
