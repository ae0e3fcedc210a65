namespace PbftReference.Cli.Live;

/// <summary>The lines of a stream that need not end: any bytes between line feeds. An empty last line does not count.</summary>
public static class LineReading
{
    private const int AtOnce = 64 * 1024;

    /// <summary>The lines, each as soon as it is whole.</summary>
    /// <exception cref="IOException">While enumerating: it cannot be read.</exception>
    public static IEnumerable<byte[]> Of(Stream stream)
    {
        var buffer = new byte[AtOnce];
        var line = new MemoryStream();
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            var start = 0;
            while (Array.IndexOf(buffer, (byte)'\n', start, read - start) is >= 0 and var end)
            {
                line.Write(buffer, start, end - start);
                yield return line.ToArray();
                line.SetLength(0);
                start = end + 1;
            }

            line.Write(buffer, start, read - start);
        }

        if (line.Length > 0) yield return line.ToArray();
    }
}
