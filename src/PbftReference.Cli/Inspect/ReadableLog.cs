using Newtonsoft.Json.Linq;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

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
    private readonly SortedSet<ReplicaId> _absent = [];

    /// <summary>What was found to be damaged so far.</summary>
    public IReadOnlyList<StreamDamage> Damages => _damages;

    /// <summary>The first of them; null if there is none.</summary>
    public StreamDamage? Damage => _damages.Count > 0 ? _damages[0] : null;

    /// <summary>The replicas that a command is about: the one that is named, or all of whose streams something may be read.</summary>
    /// <param name="number">The replica that is named; null for all.</param>
    /// <exception cref="CommandException">No member has this number, or its stream holds nothing.</exception>
    public IReadOnlyList<ReplicaId> ReplicasOrAll(int? number)
    {
        if (number is not { } named) return Replicas();
        var replica = log.Replica(named);
        return Try(log.StreamOf(replica), () => log.TailOf(replica)) is null ? [] : [replica];
    }

    /// <summary>The replicas that have a stream of which something may be read, ascending.</summary>
    public IReadOnlyList<ReplicaId> Replicas() =>
        [.. Enumerable.Range(0, log.Genesis.Configuration.Replicas).Select(i => new ReplicaId(i)).Where(HasRecords)];

    /// <summary>Whether a replica's stream was found to be damaged so far.</summary>
    public bool IsDamaged(ReplicaId replica) => _damages.Exists(damage => damage.Stream == log.StreamOf(replica));

    /// <summary>A replica's records in order, as far as they can be read and each fits what came before.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="to">The last revision wanted.</param>
    /// <param name="check">False reads on over a broken chain.</param>
    public IEnumerable<LoggedStep> Walk(ReplicaId replica, long to = long.MaxValue, bool check = true) => Readable(log.StreamOf(replica), () => log.Walk(replica, to, check));

    /// <summary>The records of a stream as they are stored, as far as they can be read.</summary>
    public IEnumerable<StoredEvent> Read(string stream) => Readable(stream, () => log.Store.Read(stream));

    /// <summary>The records of a replica in order, as far as they can be read, without its states.</summary>
    public IEnumerable<LogRecord> Records(ReplicaId replica) => Readable(log.StreamOf(replica), () => ReplicaLog.Read(log.Store, log.StreamOf(replica)));

    /// <summary>What is asked of a replica's stream; null if it is too damaged to tell.</summary>
    public T? Ask<T>(ReplicaId replica, Func<T> what)
        where T : struct => Try<T?>(log.StreamOf(replica), () => what());

    /// <summary>Says what was found to be damaged, that the rest was looked at, and of whom no record is there.</summary>
    /// <param name="terminal">Where to.</param>
    /// <returns>The exit code that says it; that of success if nothing is damaged.</returns>
    public int Told(Terminal terminal)
    {
        foreach (var damage in _damages) terminal.Note($"pbft: {(damage.Why.Contains(damage.Stream, StringComparison.Ordinal) ? "" : $"{damage.Stream} in ")}{log.Directory}: {damage.Why}");
        if (_damages.Count > 0) terminal.Note($"pbft: not all of {log.Directory} can be read; what can was looked at");
        TellAbsent(terminal);
        return StreamDamage.CodeOf(_damages);
    }

    /// <summary>Says of whom no record is there, of all that were asked for.</summary>
    public void TellAbsent(Terminal terminal)
    {
        foreach (var replica in _absent) terminal.Note($"pbft: of replica {replica} no record is in {log.Directory}");
    }

    /// <summary>What was found to be damaged, for a document.</summary>
    public JArray Document() => new(_damages.Select(damage => new JObject { ["stream"] = damage.Stream, ["damage"] = damage.Why }));

    private bool HasRecords(ReplicaId replica)
    {
        if (Try(log.StreamOf(replica), () => log.Store.Tail(log.StreamOf(replica))) is { IsEmpty: false }) return true;
        if (!IsDamaged(replica)) _absent.Add(replica);
        return false;
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
