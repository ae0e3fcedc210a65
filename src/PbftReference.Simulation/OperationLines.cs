using PbftReference.Core.Types;

namespace PbftReference.Simulation;

/// <summary>
/// The lines of a file as operations: any bytes between line feeds, so that nothing of the file is lost or changed. An empty last line
/// does not count.
/// </summary>
public sealed class OperationLines
{
    private readonly byte[] _content;
    private readonly List<int> _starts = [];

    private OperationLines(byte[] content)
    {
        _content = content;
        for (var start = 0; start < content.Length;)
        {
            _starts.Add(start);
            var length = content.AsSpan(start).IndexOf((byte)'\n');
            start = length < 0 ? content.Length : start + length + 1;
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than 2 GB.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a directory.</exception>
    public static OperationLines Read(string path) => new(File.ReadAllBytes(path));

    /// <summary>Number of lines.</summary>
    public int Count => _starts.Count;

    /// <summary>SHA-256 of the file.</summary>
    public Digest Digest => Digest.Of(_content);

    /// <summary>A line, from 0, without its line feed.</summary>
    public byte[] At(long index)
    {
        var line = _content.AsSpan(_starts[(int)index]);
        var length = line.IndexOf((byte)'\n');
        return (length < 0 ? line : line[..length]).ToArray();
    }
}
