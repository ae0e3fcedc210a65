using System.Collections;
using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Host.Services;

/// <summary>
/// The state of a service at one moment (paper section 4.3), immutable: the service may go on meanwhile. Holds no copy of a page
/// that did not change since the checkpoint before.
/// </summary>
public sealed class ServiceCheckpoint
{
    private readonly ImmutableList<HashedPage> _pages;
    private readonly Lazy<ImmutableArray<Digest>> _pageDigests;

    internal ServiceCheckpoint(ImmutableList<HashedPage> pages, Digest digest)
    {
        _pages = pages;
        _pageDigests = new(() => [.. pages.Select(page => page.Digest)]);
        Digest = digest;
        Pages = new PageList(pages);
    }

    /// <summary>Merkle root over <see cref="PageDigests"/>: what a checkpoint message certifies.</summary>
    public Digest Digest { get; }

    /// <summary>Number of pages.</summary>
    public int PageCount => _pages.Count;

    /// <summary>
    /// The digest of each page, in order. A receiver checks this list with <see cref="PageTree.Root(ReadOnlySpan{Digest})"/> and
    /// then each page as it comes. Made when first asked for.
    /// </summary>
    public ImmutableArray<Digest> PageDigests => _pageDigests.Value;

    /// <summary>All pages, in order: what <see cref="IService.Install"/> takes.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Pages { get; }

    /// <summary>The bytes of one page.</summary>
    /// <param name="index">0 to <see cref="PageCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such page.</exception>
    public ReadOnlyMemory<byte> Page(int index) => _pages[index].Bytes;

    private sealed class PageList(ImmutableList<HashedPage> pages) : IReadOnlyList<ReadOnlyMemory<byte>>
    {
        public int Count => pages.Count;

        public ReadOnlyMemory<byte> this[int index] => pages[index].Bytes;

        public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator() => pages.Select(page => page.Bytes).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
