using System.Security.Cryptography;
using PbftReference.Core.Types;
using PbftReference.Runtime.Client;
using PbftReference.Runtime.Clusters;

namespace PbftReference.Cli.Live;

/// <summary>A client that sends the primary as much nonsense as its connection takes: frames that are no messages.</summary>
internal sealed class Flooder : IAsyncDisposable
{
    private readonly ClientSeat _seat;
    private readonly CancellationTokenSource _halt;
    private readonly Task _flood;

    private Flooder(ClientSeat seat, CancellationToken cancellation)
    {
        _seat = seat;
        _halt = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _flood = Task.Run(Flood, CancellationToken.None);
    }

    /// <summary>Takes a client that is free and begins.</summary>
    public static async Task<Flooder> Start(ClusterDirectory cluster, CancellationToken cancellation) =>
        new((await ClientSeat.Take(cluster, 1, new ClientSeatOptions(1, TimeSpan.FromSeconds(1), QuietTransport.Instance)).ConfigureAwait(false))[0], cancellation);

    private async Task Flood()
    {
        var nonsense = RandomNumberGenerator.GetBytes(1024);
        while (!_halt.IsCancellationRequested)
        {
            if (!_seat.TrySend(new ReplicaId(0), nonsense)) await Task.Delay(1, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _halt.CancelAsync().ConfigureAwait(false);
        await _flood.ConfigureAwait(false);
        await _seat.DisposeAsync().ConfigureAwait(false);
        _halt.Dispose();
    }
}
