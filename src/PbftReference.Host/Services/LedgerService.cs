using System.Buffers;
using System.Globalization;
using System.Text;
using PbftReference.Core.Types;

namespace PbftReference.Host.Services;

/// <summary>
/// The service "ledger": an ordered record of operations, which mean nothing to it. The result is the operation's position, 1 and
/// up, in decimal text. All pages but the last are full and never change again.
/// </summary>
/// <remarks>
/// A page is full when the next operation would take it above <see cref="PageSet.TargetPageSize"/>. An operation that is larger
/// by itself gets a page of its own: a page has at most max(4096, 32 + operation length) bytes.
/// </remarks>
public sealed class LedgerService : IService
{
    /// <summary>"ledger".</summary>
    public const string ServiceName = "ledger";

    private PageSet _pages = new();
    private ArrayBufferWriter<byte> _last = new(PageSet.TargetPageSize);
    private int _lastIndex;
    private long _hashedBefore;
    private bool _lastChanged = true;

    /// <summary>A ledger without operations.</summary>
    public LedgerService() => LedgerPage.WriteHeader(_last, 1);

    /// <inheritdoc/>
    public string Name => ServiceName;

    /// <summary>Number of operations so far.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public long PagesHashed => _hashedBefore + _pages.PagesHashed;

    /// <inheritdoc/>
    public Digest Digest
    {
        get
        {
            StoreLastPage();
            return _pages.Root;
        }
    }

    /// <inheritdoc/>
    public byte[] Execute(ClientId client, Timestamp timestamp, ReadOnlySpan<byte> operation)
    {
        var grown = (long)_last.WrittenCount + LedgerPage.EntryHeaderSize + operation.Length;
        if (grown > PageSet.TargetPageSize && _last.WrittenCount > LedgerPage.HeaderSize) StartPage();
        LedgerPage.WriteEntry(_last, client, timestamp, operation);
        _lastChanged = true;
        Count++;
        return Encoding.ASCII.GetBytes(Count.ToString(CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public ServiceCheckpoint Capture()
    {
        StoreLastPage();
        return _pages.Capture();
    }

    /// <inheritdoc/>
    public void Install(IReadOnlyList<ReadOnlyMemory<byte>> pages)
    {
        var installed = new LedgerService();
        for (var i = 0; i < pages.Count; i++)
        {
            foreach (var (client, timestamp, operation) in LedgerPage.Read(pages[i], i)) installed.Execute(client, timestamp, operation.Span);
        }

        installed.StoreLastPage();
        installed._pages.RequireEqual(pages);
        _hashedBefore += _pages.PagesHashed;
        (_pages, _last, _lastIndex, _lastChanged) = (installed._pages, installed._last, installed._lastIndex, false);
        Count = installed.Count;
    }

    /// <inheritdoc/>
    public IEnumerable<ServiceEntry> Entries()
    {
        StoreLastPage();
        long position = 0;
        for (var i = 0; i < _pages.Count; i++)
        {
            foreach (var (client, timestamp, operation) in LedgerPage.Read(_pages[i], i))
            {
                position++;
                yield return new ServiceEntry(string.Create(CultureInfo.InvariantCulture, $"{position} c{client} t{timestamp}"), operation);
            }
        }
    }

    private void StartPage()
    {
        StoreLastPage();
        _lastIndex++;
        _last = new ArrayBufferWriter<byte>(PageSet.TargetPageSize);
        LedgerPage.WriteHeader(_last, Count + 1);
    }

    private void StoreLastPage()
    {
        if (!_lastChanged) return;
        _pages.Set(_lastIndex, _last.WrittenSpan.ToArray());
        _lastChanged = false;
    }
}
