using System.Collections.Concurrent;
using System.Diagnostics;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Consensus.Pbft;

/// <summary>Sees how the log is written. Called on the log's thread.</summary>
public interface ILogObserver
{
    /// <summary>Records are durable.</summary>
    /// <param name="records">How many.</param>
    /// <param name="bytes">Their data and metadata.</param>
    /// <param name="took">How long it took, with all attempts.</param>
    void Written(int records, long bytes, TimeSpan took);

    /// <summary>The store failed in a way that may pass: it is tried again until it does, and nothing leaves the replica meanwhile.</summary>
    void Retrying(EventStoreException failure);
}

/// <summary>
/// Writes a replica's records on a thread of its own, one write after the other; what is decided meanwhile goes with the next write, so
/// that the disk is flushed once for many records. While the store fails in a way that may pass (a full disk, a lock), it tries again
/// with the same ids: the replica goes on deciding, and nothing leaves it.
/// </summary>
public sealed class LogWriter : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly BlockingCollection<LogWrite> _writes = [];
    private readonly CancellationTokenSource _halt = new();
    private readonly Action<LogWrite, Exception?> _done;
    private readonly ILogObserver? _observer;
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="done">Told of each write, on the thread: null if it succeeded.</param>
    /// <param name="observer">Sees how it goes; null for nobody.</param>
    public LogWriter(Action<LogWrite, Exception?> done, ILogObserver? observer)
    {
        (_done, _observer) = (done, observer);
        _thread = new Thread(Run) { IsBackground = true, Name = "PBFT log" };
        _thread.Start();
    }

    /// <summary>Writes soon.</summary>
    public void Write(LogWrite write) => _writes.Add(write);

    /// <summary>Stops; a write that is under way ends first.</summary>
    public void Dispose()
    {
        if (_halt.IsCancellationRequested) return;
        _halt.Cancel();
        if (Thread.CurrentThread != _thread) _thread.Join();
        _halt.Dispose();
        _writes.Dispose();
    }

    private void Run()
    {
        try
        {
            foreach (var write in _writes.GetConsumingEnumerable(_halt.Token)) _done(write, FailureOf(write));
        }
        catch (OperationCanceledException)
        {
            // halted
        }
    }

    private Exception? FailureOf(LogWrite write)
    {
        var began = Stopwatch.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                write.Run();
                _observer?.Written(write.Records, write.Bytes, Stopwatch.GetElapsedTime(began));
                return null;
            }
            catch (EventStoreException e) when (e.MayPass)
            {
                _observer?.Retrying(e);
                if (_halt.Token.WaitHandle.WaitOne(pause)) return e;
            }
            catch (Exception e) when (e is EventStoreException or FencedException)
            {
                return e;
            }
        }
    }
}
