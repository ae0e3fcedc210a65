using System.Threading.Channels;
using PbftReference.Consensus.Interfaces;

namespace PbftReference.Consensus.Util;

/// <summary>A message with its sender, on its way from a connection to the consenter.</summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it.</param>
public readonly record struct Received(ConsenterMessage Message, PeerId Sender);

/// <summary>
/// Merges any number of inbound channels into one consumer. Each channel has its own pump, which waits until the consumer has taken
/// a message before it takes the next: order is kept for each channel, and a channel that is full of messages gets no larger share
/// than the others.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/util/messagefan.go</c>.</remarks>
public sealed class MessageFan : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<Received, CancellationToken, ValueTask> _consumer;
    private readonly Dictionary<ChannelReader<Received>, Task> _pumps = [];
    private readonly CancellationTokenSource _halt = new();

    /// <summary>A fan without inputs.</summary>
    /// <param name="consumer">Takes a message; called by several pumps at once. An exception ends the pump, and with it the input.</param>
    public MessageFan(Func<Received, CancellationToken, ValueTask> consumer) => _consumer = consumer;

    /// <summary>Number of inputs that are open.</summary>
    public int Inputs
    {
        get
        {
            lock (_gate) return _pumps.Count;
        }
    }

    /// <summary>Adds an input; it is removed when it completes.</summary>
    /// <returns>False if this very channel is an input already, or the fan is closed.</returns>
    public bool AddFaninChannel(ChannelReader<Received> channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        lock (_gate)
        {
            if (_halt.IsCancellationRequested || _pumps.ContainsKey(channel)) return false;
            _pumps[channel] = Task.Run(() => Pump(channel));
            return true;
        }
    }

    private async Task Pump(ChannelReader<Received> channel)
    {
        try
        {
            await foreach (var received in channel.ReadAllAsync(_halt.Token).ConfigureAwait(false))
            {
                await _consumer(received, _halt.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_halt.IsCancellationRequested)
        {
            // the fan is closed
        }
        finally
        {
            lock (_gate) _pumps.Remove(channel);
        }
    }

    /// <summary>Closes: what the inputs still hold is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] pumps;
        lock (_gate)
        {
            if (_halt.IsCancellationRequested) return;
            _halt.Cancel();
            pumps = [.. _pumps.Values];
        }

        await Task.WhenAll(pumps).ConfigureAwait(false);
        _halt.Dispose();
    }
}
