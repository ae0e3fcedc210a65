using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Mutants.Traces;

/// <summary>
/// Chains streams anew: revisions, hashes, event ids, the hashes of blobs and snapshots, and the heads that were signed for them in other
/// streams, as if the mutated log had been written and signed like that. A head cannot be signed before its record is there: where a
/// mutation would need that, the old one stays, and integrity finds it.
/// </summary>
internal sealed partial class Rechained
{
    private readonly List<Chain> _chains;
    private readonly HashSet<string> _known;
    private readonly Dictionary<string, (long Shift, string Hash)> _new = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Guid> _ids = [];
    private readonly ILookup<string, (string Hash, long Further)> _leftOut;

    private Rechained(IReadOnlyDictionary<string, RawRecord[]> recorded, Dictionary<string, RawRecord[]> streams)
    {
        _chains = [.. streams.Select(stream => new Chain(stream.Key, stream.Value, recorded[stream.Key][0]))];
        _known = [.. streams.SelectMany(stream => stream.Value).SelectMany(HashesOf)];
        _leftOut = recorded.SelectMany(stream => LeftOut(stream.Value)).ToLookup(pair => pair.Before, pair => (pair.Hash, pair.Further), StringComparer.Ordinal);
    }

    /// <summary>A store with all streams of a run, the mutated ones chained anew and the others as far as they follow.</summary>
    public static InMemoryEventStore Store(RunToMutate run, RecordMutant mutant)
    {
        var streams = new Dictionary<string, RawRecord[]>(run.Streams, StringComparer.Ordinal);
        foreach (var (replica, stream) in mutant.Streams) streams[RunToMutate.StreamOf(replica)] = stream;
        return new Rechained(run.Streams, streams).Write();
    }

    private InMemoryEventStore Write()
    {
        while (_chains.Exists(chain => !chain.IsDone))
        {
            var advanced = false;
            foreach (var chain in _chains) advanced |= AdvanceWhileReady(chain);
            if (!advanced && _chains.Find(chain => !chain.IsDone) is { } stuck) Advance(stuck);
        }

        var store = InMemoryEventStore.FromRows(_chains.SelectMany(chain => chain.Rows));
        foreach (var chain in _chains) store.Truncate(chain.Stream, chain.First);
        return store;
    }

    private bool AdvanceWhileReady(Chain chain)
    {
        var advanced = false;
        while (!chain.IsDone && HashIn().Matches(chain.Text).All(match => !_known.Contains(match.Value) || _new.ContainsKey(match.Value)))
        {
            Advance(chain);
            advanced = true;
        }

        return advanced;
    }

    private void Advance(Chain chain)
    {
        var record = chain.Next;
        var data = Encoding.Latin1.GetBytes(HashIn().Replace(HeadIn().Replace(chain.Text, Head), match => _new.TryGetValue(match.Value, out var found) ? found.Hash : match.Value));
        var causation = record.Metadata.Causation is { } cause ? _ids.GetValueOrDefault(cause, cause) : (Guid?)null;
        var stored = chain.Append(record.Metadata with { Causation = causation }, data);
        _ids.TryAdd(record.Id, stored.Id);
        foreach (var (old, now) in HashesOf(record).Zip([chain.Hash.ToString(), Digest.Of(data).ToString()])) Note(old, stored.Revision - record.Revision, now);
    }

    private void Note(string old, long shift, string now)
    {
        _new.TryAdd(old, (shift, now));
        foreach (var (leftOut, further) in _leftOut[old]) _new.TryAdd(leftOut, (shift - further, now));
    }

    // What was signed when a record was the last that is left out now is signed for the one before it.
    private IEnumerable<(string Before, string Hash, long Further)> LeftOut(RawRecord[] recorded)
    {
        var (before, further) = ("", 0L);
        foreach (var record in recorded)
        {
            var hash = record.OldHash.ToString();
            if (_known.Contains(hash)) (before, further) = (hash, 0);
            else yield return (before, hash, ++further);
        }
    }

    // A head that names another revision than its record's stays as wrong as it is.
    private string Head(Match match) => _new.TryGetValue(match.Groups["hash"].Value, out var now)
        ? $"\"revision\":\"{long.Parse(match.Groups["revision"].Value, CultureInfo.InvariantCulture) + now.Shift}\",\"{match.Groups["name"].Value}\":\"{now.Hash}\""
        : match.Value;

    // By its own hash a record is named in signed heads; by that of its data, a blob or a snapshot's manifest.
    private static IEnumerable<string> HashesOf(RawRecord record) => record.Type is RecordTypes.Blob or RecordTypes.Snapshot
        ? [record.OldHash.ToString(), Digest.Of(record.Data.Span).ToString()]
        : [record.OldHash.ToString()];

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex HashIn();

    [GeneratedRegex("\"revision\":\"(?<revision>[0-9]{1,18})\",\"(?<name>chainHead|hash)\":\"(?<hash>[0-9a-f]{64})\"")]
    private static partial Regex HeadIn();

    // Snapshots that were discarded are missing at the beginning: what is there stays in its place.
    private sealed class Chain(string stream, RawRecord[] records, RawRecord first)
    {
        private string? _text;

        public string Stream => stream;

        public long First => first.Revision;

        public List<StoredEvent> Rows { get; } = [];

        public Digest Hash { get; private set; } = first.Metadata.PrevHash;

        public bool IsDone => Rows.Count == records.Length;

        public RawRecord Next => records[Rows.Count];

        /// <summary>The next record's data, a character a byte.</summary>
        public string Text => _text ??= Encoding.Latin1.GetString(Next.Data.Span);

        public StoredEvent Append(RecordMetadata metadata, byte[] data)
        {
            var unsealed = metadata with { PrevHash = Hash, Hash = Digest.None };
            var (revision, type) = (First + Rows.Count, Next.Type);
            Hash = RecordHash.Of(stream, revision, type, unsealed, Digest.Of(data));
            var stored = new StoredEvent(stream, revision, RecordHash.EventId(stream, revision, Hash), type, data, (unsealed with { Hash = Hash }).Encode());
            Rows.Add(stored);
            _text = null;
            return stored;
        }
    }
}
