using System.Text.Unicode;
using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Trace;

/// <summary>The lines of a trace as bytes, one at a time. A line has a bound, and what is no text is refused as soon as it is seen.</summary>
/// <param name="input">Where from.</param>
/// <param name="name">The file's name, for messages.</param>
internal sealed class TraceLines(Stream input, string name)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The number of the line that was read last, from 1 on.</summary>
    public int Number { get; private set; }

    /// <summary>Where that is, for messages.</summary>
    public string Place => $"{name}:{Number}";

    /// <summary>Reads the next line, without its line feed; null at the end. Good until the next one is read.</summary>
    /// <exception cref="LogFormatException">It is too long, empty, or no text in UTF-8.</exception>
    public ReadOnlyMemory<byte>? Next()
    {
        if (++Number == 1) CheckBeginning();
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOfAny((byte)'\n', (byte)0);
            if (found >= 0) return Taken(searched + found, 1);
            searched = _end - _start;
            if (searched > TraceFile.MaxLineBytes) throw TooLong();
            if (Fill()) continue;
            if (searched == 0) return null;
            return Taken(searched, 0);
        }
    }

    private ReadOnlyMemory<byte> Taken(int length, int feed)
    {
        if (feed == 1 && _buffer[_start + length] == 0) throw Fault($"byte {length + 1} of the line is zero, so this is no text");
        if (length > TraceFile.MaxLineBytes) throw TooLong();
        var line = _buffer.AsMemory(_start, length);
        _start += length + feed;
        if (line.Span.TrimEnd((byte)'\r').IsEmpty) throw Fault("the line is empty; each line holds one JSON object");
        return Utf8.IsValid(line.Span) ? line : throw Fault($"the line is not UTF-8 at its byte {Utf8Text.FaultIn(line.Span) + 1}");
    }

    private void CheckBeginning()
    {
        while (_end - _start < FileBeginning.Length && Fill())
        {
        }

        if (FileBeginning.WhyNoTrace(_buffer.AsSpan(0, _end)) is { } why) throw new LogFormatException($"{name}: {why}");
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
        var read = input.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }

    private LogFormatException TooLong() => Fault($"the line is longer than {TraceFile.MaxLineBytes >> 20} MiB, which no line of a trace may be");

    private LogFormatException Fault(string what) => new($"{Place}: {what}");
}
