using System.Net.Sockets;

namespace PbftReference.Runtime.Transport;

/// <summary>
/// The connections that have not said who they are: at most so many. When one more comes, the one that has been there longest makes room, so
/// that connections which say nothing cannot keep members out.
/// </summary>
internal sealed class Lobby(int places)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Socket> _waiting = [];

    /// <summary>Lets a connection wait; the one that has to make room for it is cut.</summary>
    public void Enter(Socket socket)
    {
        Socket? longest = null;
        lock (_gate)
        {
            if (_waiting.Count == places)
            {
                longest = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }

            _waiting.AddLast(socket);
        }

        longest?.Dispose();
    }

    /// <summary>A connection waits no longer.</summary>
    /// <returns>False if it had to make room.</returns>
    public bool Leave(Socket socket)
    {
        lock (_gate) return _waiting.Remove(socket);
    }
}
