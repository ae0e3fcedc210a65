using System.Runtime.ExceptionServices;

namespace PbftReference.Audit;

/// <summary>
/// Reads several sequences in one thread of its own, a bounded way ahead of whoever consumes them, so that reading and judging share the work
/// of two processors. What is consumed does not depend on it: each sequence comes in its order, with what it throws at its end.
/// </summary>
/// <typeparam name="T">What is read.</typeparam>
internal sealed class ReadingAhead<T> : IDisposable
{
    // what is handed over at once, and how many of these may wait in each sequence
    private const int ChunkSize = 64;
    private const int ChunksAhead = 8;

    private readonly object _gate = new();
    private readonly List<Source> _sources = [];
    private readonly Thread _thread;
    private bool _isOver;

    /// <summary>Begins to read.</summary>
    /// <param name="sequences">Enumerated by one thread, one at a time, and not after disposal.</param>
    public ReadingAhead(IEnumerable<IEnumerable<T>> sequences)
    {
        foreach (var sequence in sequences) _sources.Add(new Source(sequence.GetEnumerator()));
        _thread = new Thread(Run) { IsBackground = true, Name = "reading ahead" };
        _thread.Start();
    }

    /// <summary>A sequence, by its place among them; to be consumed once.</summary>
    public IEnumerable<T> Of(int k)
    {
        while (Take(_sources[k]) is { } chunk)
        {
            foreach (var item in chunk) yield return item;
        }
    }

    /// <summary>Stops reading, and waits until it has stopped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
        foreach (var source in _sources) source.Items.Dispose();
    }

    private List<T>? Take(Source source)
    {
        lock (_gate)
        {
            while (source.Ready.Count == 0 && !source.IsDone) Monitor.Wait(_gate);
            if (source.Ready.TryDequeue(out var chunk))
            {
                Monitor.PulseAll(_gate);
                return chunk;
            }
        }

        source.Failure?.Throw();
        return null;
    }

    private void Run()
    {
        while (Next() is { } source)
        {
            var chunk = Read(source, out var isDone, out var failure);
            lock (_gate)
            {
                if (chunk.Count > 0) source.Ready.Enqueue(chunk);
                (source.IsDone, source.Failure) = (isDone, failure);
                Monitor.PulseAll(_gate);
            }
        }
    }

    // The one of which the least is ready: whoever waits for a sequence waits for one of which nothing is.
    private Source? Next()
    {
        lock (_gate)
        {
            while (!_isOver && _sources.Exists(source => !source.IsDone))
            {
                if (_sources.Where(source => !source.IsDone).MinBy(source => source.Ready.Count) is { Ready.Count: < ChunksAhead } next) return next;
                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private static List<T> Read(Source source, out bool isDone, out ExceptionDispatchInfo? failure)
    {
        (isDone, failure) = (false, null);
        var chunk = new List<T>(ChunkSize);
        try
        {
            while (chunk.Count < ChunkSize && !isDone)
            {
                if (source.Items.MoveNext()) chunk.Add(source.Items.Current);
                else isDone = true;
            }
        }
#pragma warning disable CA1031 // whatever it is, the consumer is to get it, where it came
        catch (Exception e)
#pragma warning restore CA1031
        {
            (isDone, failure) = (true, ExceptionDispatchInfo.Capture(e));
        }

        return chunk;
    }

    private sealed class Source(IEnumerator<T> items)
    {
        public IEnumerator<T> Items { get; } = items;

        public Queue<List<T>> Ready { get; } = new();

        public bool IsDone { get; set; }

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
