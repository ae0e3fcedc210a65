using System.Numerics;

namespace PbftReference.Host.Services;

/// <summary>
/// The pairs of the key-value service in buckets, a page each. The number of buckets follows from the bytes that all pairs take,
/// and the bucket of a key from its SHA-256 and that number (linear hashing: one bucket more splits just one of the others). So
/// equal contents have equal pages, whatever happened before, and a change of one pair changes one page, and two more per
/// <see cref="BytesPerBucket"/> bytes gained or lost.
/// </summary>
internal sealed class KeyValueTable
{
    /// <summary>Half the target: a bucket that waits for its split holds twice as much as one that is split.</summary>
    public const int BytesPerBucket = PageSet.TargetPageSize / 2;

    private readonly List<KeyValueBucket> _buckets = [];
    private readonly SortedSet<int> _changed = [];
    private readonly PageSet _pages = new();
    private long _bytes;

    public KeyValueTable() => AddBucket();

    public long PagesHashed => _pages.PagesHashed;

    /// <summary>The pages, with all changes in them.</summary>
    public PageSet Pages
    {
        get
        {
            _pages.Truncate(Math.Min(_pages.Count, _buckets.Count));
            foreach (var index in _changed) _pages.Set(index, _buckets[index].Encode());
            _changed.Clear();
            return _pages;
        }
    }

    public IEnumerable<KeyedValue> Pairs => _buckets.SelectMany(bucket => bucket.Pairs);

    public string? Get(string key) => _buckets[BucketOf(KeyedValue.HashOf(key))].Find(key)?.Value;

    public void Put(string key, string value)
    {
        var hash = KeyedValue.HashOf(key);
        var index = BucketOf(hash);
        var old = _buckets[index].Find(key);
        if (old?.Value == value) return;
        var pair = new KeyedValue(key, hash, value);
        _buckets[index].Put(pair);
        _changed.Add(index);
        Resize(pair.Size - (old?.Size ?? 0));
    }

    /// <summary>Takes out a pair; false when there is none.</summary>
    public bool Remove(string key)
    {
        var index = BucketOf(KeyedValue.HashOf(key));
        var old = _buckets[index].Find(key);
        if (old is null) return false;
        _buckets[index].Remove(key);
        _changed.Add(index);
        Resize(-old.Size);
        return true;
    }

    private int BucketOf(ulong hash)
    {
        var half = 1UL << BitOperations.Log2((uint)_buckets.Count);
        var index = hash & (2 * half - 1);
        return (int)(index < (ulong)_buckets.Count ? index : hash & (half - 1));
    }

    private void Resize(int bytes)
    {
        _bytes += bytes;
        var wanted = Math.Max(1, (_bytes + BytesPerBucket - 1) / BytesPerBucket);
        while (_buckets.Count < wanted) Split();
        while (_buckets.Count > wanted) Merge();
    }

    private void Split()
    {
        var from = Partner(_buckets.Count);
        AddBucket();
        var added = _buckets.Count - 1;
        foreach (var pair in _buckets[from].TakeWhere(pair => BucketOf(pair.KeyHash) == added)) _buckets[added].Put(pair);
        _changed.Add(from);
    }

    private void Merge()
    {
        var last = _buckets.Count - 1;
        var into = Partner(last);
        foreach (var pair in _buckets[last].Pairs) _buckets[into].Put(pair);
        _buckets.RemoveAt(last);
        _changed.Remove(last);
        _changed.Add(into);
    }

    private void AddBucket()
    {
        _buckets.Add(new KeyValueBucket());
        _changed.Add(_buckets.Count - 1);
    }

    // The bucket that one is split from and merged into: without its highest bit.
    private static int Partner(int bucket) => bucket - (1 << BitOperations.Log2((uint)bucket));
}
