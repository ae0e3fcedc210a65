using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Inspect;

/// <summary>Why a stream cannot be read, or not on.</summary>
internal enum StreamDamageKind
{
    /// <summary>It is not as its replica wrote it.</summary>
    Damaged,

    /// <summary>A later version of pbft wrote it: nothing is wrong with it.</summary>
    OfLaterVersion,

    /// <summary>This user may not read it: nothing is wrong with it.</summary>
    MayNotRead,
}

/// <summary>What is wrong with a stream.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Why">What is wrong, where, and how to go on.</param>
/// <param name="Kind">Of which kind it is.</param>
internal sealed record StreamDamage(string Stream, string Why, StreamDamageKind Kind)
{
    /// <summary>Of what was thrown while a stream was read.</summary>
    public StreamDamage(string stream, Exception thrown)
        : this(stream, thrown.Message, KindOf(thrown))
    {
    }

    /// <summary>The exit code that says it: corrupt, or unknown if nothing is wrong with the stream.</summary>
    public int ExitCode => Kind == StreamDamageKind.Damaged ? ExitCodes.Corrupt : ExitCodes.Unknown;

    /// <summary>Whether something that was thrown says that a stream cannot be read on.</summary>
    public static bool IsSaidBy(Exception thrown) => thrown is LogFormatException or EventStoreException { IsUnreadable: true };

    /// <summary>The exit code of a command that read on beside damages.</summary>
    public static int CodeOf(IReadOnlyCollection<StreamDamage> damages) =>
        damages.Select(damage => damage.ExitCode).DefaultIfEmpty(ExitCodes.Holds).Max();

    private static StreamDamageKind KindOf(Exception thrown) => thrown switch
    {
        UnknownRecordTypeException => StreamDamageKind.OfLaterVersion,
        EventStoreException { Failure: EventStoreFailure.MayNotRead } => StreamDamageKind.MayNotRead,
        _ => StreamDamageKind.Damaged,
    };
}

/// <summary>A log of which what can be read is looked at: a replica's records end where its stream is damaged, and the others go on.</summary>
/// <param name="log">The log.</param>
internal sealed class ReadableLog(RunLog log)
{
    private readonly List<StreamDamage> _damages = [];

    /// <summary>What was found to be damaged so far.</summary>
    public IReadOnlyList<StreamDamage> Damages => _damages;

    /// <summary>The first of them; null if there is none.</summary>
    public StreamDamage? Damage => _damages.Count > 0 ? _damages[0] : null;

    /// <summary>The replicas that have a stream of which something may be read, ascending.</summary>
    public IReadOnlyList<ReplicaId> Replicas() =>
        [.. Enumerable.Range(0, log.Genesis.Configuration.Replicas).Select(i => new ReplicaId(i)).Where(id => Try(log.StreamOf(id), () => log.Store.Tail(log.StreamOf(id))) is not null)];

    /// <summary>A replica's records in order, as far as they can be read and each fits what came before.</summary>
    public IEnumerable<LoggedStep> Walk(ReplicaId replica) => Readable(log.StreamOf(replica), () => log.Walk(replica).Where(Fits));

    /// <summary>The records of a stream as they are stored, as far as they can be read.</summary>
    public IEnumerable<StoredEvent> Read(string stream) => Readable(stream, () => log.Store.Read(stream));

    // throws if not, so that nobody is given what cannot be folded
    private static bool Fits(LoggedStep step)
    {
        RunLog.After(step.Record, step.Before);
        return true;
    }

    private IEnumerable<T> Readable<T>(string stream, Func<IEnumerable<T>> items)
    {
        using var item = Try(stream, () => items().GetEnumerator());
        while (item is not null && Try(stream, item.MoveNext)) yield return item.Current;
    }

    private T? Try<T>(string stream, Func<T> what)
    {
        try
        {
            return what();
        }
        catch (Exception e) when (StreamDamage.IsSaidBy(e))
        {
            if (_damages.TrueForAll(known => known.Stream != stream)) _damages.Add(new StreamDamage(stream, e));
            return default;
        }
    }
}
