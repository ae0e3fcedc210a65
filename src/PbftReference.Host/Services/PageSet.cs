using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Host.Services;

/// <summary>
/// The encoded pages of a service with their digests: what an own <see cref="IService"/> keeps beside its working state. Pages
/// are immutable and shared with every checkpoint captured; setting a page costs one hash and a path of references.
/// </summary>
public sealed class PageSet
{
    /// <summary>The size in bytes that services aim at for a page. An entry that is larger makes a larger page.</summary>
    public const int TargetPageSize = 4096;

    private readonly IncrementalPageTree _tree = new();
    private ImmutableList<HashedPage> _pages = [];

    /// <summary>Number of pages.</summary>
    public int Count => _pages.Count;

    /// <summary>Number of pages hashed since this object was made.</summary>
    public long PagesHashed { get; private set; }

    /// <summary>Merkle root over the pages as they are now.</summary>
    public Digest Root => _tree.Root;

    /// <summary>The bytes of one page.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public ReadOnlyMemory<byte> this[int index] => _pages[index].Bytes;

    /// <summary>Sets one page; an index equal to <see cref="Count"/> appends it.</summary>
    /// <param name="index">0 to <see cref="Count"/>.</param>
    /// <param name="bytes">The page; owned by the set from now on, so the caller must not write to it again.</param>
    public void Set(int index, byte[] bytes)
    {
        var page = new HashedPage(bytes, PageTree.PageDigest(bytes));
        PagesHashed++;
        _pages = index == _pages.Count ? _pages.Add(page) : _pages.SetItem(index, page);
        _tree.Set(index, page.Digest);
    }

    /// <summary>Keeps the first pages only.</summary>
    /// <param name="count">How many; 0 to <see cref="Count"/>.</param>
    public void Truncate(int count)
    {
        _tree.Truncate(count);
        _pages = _pages.RemoveRange(count, _pages.Count - count);
    }

    /// <summary>The pages as they are now, for ever.</summary>
    public ServiceCheckpoint Capture() => new(_pages, Root);

    /// <summary>Checks that these are the pages given, byte for byte.</summary>
    /// <remarks>
    /// Installing decodes pages, encodes the result, and compares: what differs was not written by the service, and would leave
    /// replicas with equal contents and different digests.
    /// </remarks>
    /// <exception cref="InvalidDataException">They differ; names the first page that does.</exception>
    public void RequireEqual(IReadOnlyList<ReadOnlyMemory<byte>> pages)
    {
        for (var i = 0; i < Math.Min(Count, pages.Count); i++)
        {
            if (!this[i].Span.SequenceEqual(pages[i].Span)) throw NotWrittenHere(i);
        }

        if (Count != pages.Count) throw NotWrittenHere(Math.Min(Count, pages.Count));
    }

    private static InvalidDataException NotWrittenHere(int index) => new(
        $"page {index} is not as the service writes it; check the page digests against the certified checkpoint and fetch it again");
}
