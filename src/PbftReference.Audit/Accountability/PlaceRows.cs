using System.Collections;
using PbftReference.Core.Types;

namespace PbftReference.Audit.Accountability;

/// <summary>
/// The rows of the history in order of place, as often as they are wanted. Many of them stand in a temporary file, which ends with this object:
/// there are as many as places in the log.
/// </summary>
public sealed class PlaceRows : IEnumerable<PlaceHistory>, IDisposable
{
    /// <summary>So many bytes of rows are kept in memory.</summary>
    private const int KeptInMemory = 4 << 20;

    private readonly SortedDictionary<SequenceNumber, PlaceHistory> _late = [];
    private Stream _rows = new MemoryStream();
    private BinaryWriter _writer;
    private SequenceNumber? _last;

    /// <summary>No rows.</summary>
    public PlaceRows() => _writer = new BinaryWriter(_rows);

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a row, which is not changed any more. Rows that come in order of place are kept cheaply.</summary>
    public void Add(PlaceHistory row)
    {
        ArgumentNullException.ThrowIfNull(row);
        Count++;
        if (row.Place <= _last)
        {
            _late.Add(row.Place, row);
            return;
        }

        _last = row.Place;
        PlaceRowFormat.Write(_writer, row);
        if (_rows is MemoryStream && _rows.Length > KeptInMemory) MoveToFile();
    }

    /// <inheritdoc/>
    public IEnumerator<PlaceHistory> GetEnumerator()
    {
        using var late = _late.Values.GetEnumerator();
        var isLate = late.MoveNext();
        foreach (var row in InOrder())
        {
            for (; isLate && late.Current.Place < row.Place; isLate = late.MoveNext()) yield return late.Current;
            yield return row;
        }

        for (; isLate; isLate = late.MoveNext()) yield return late.Current;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Gives the file back.</summary>
    public void Dispose() => _writer.Dispose();

    private IEnumerable<PlaceHistory> InOrder()
    {
        _writer.Flush();
        using var reader = new BinaryReader(Reading());
        var count = Count - _late.Count;
        for (var i = 0L; i < count; i++) yield return PlaceRowFormat.Read(reader);
    }

    private Stream Reading() => _rows is MemoryStream memory
        ? new MemoryStream(memory.GetBuffer(), 0, (int)memory.Length, writable: false)
        : new FileStream(((FileStream)_rows).Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);

    private void MoveToFile()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.DeleteOnClose);
        _writer.Flush();
        ((MemoryStream)_rows).WriteTo(file);
        _writer.Dispose();
        (_rows, _writer) = (file, new BinaryWriter(file));
    }
}
