using System.Text;

namespace PbftReference.Cli.Output;

/// <summary>
/// Standard error, and standard output for messages: what cannot be written there is lost, and nothing else. A full disk below them must not end a
/// command that succeeded, nor a replica.
/// </summary>
/// <param name="inner">The stream's writer.</param>
internal sealed class ForgivingWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // there is nowhere left to say it
        }
    }
}

/// <summary>Standard output for results: what cannot be written there is told as that.</summary>
/// <param name="inner">The stream's writer.</param>
internal sealed class ResultWriter(StreamWriter inner) : TextWriter
{
    private const string Lost = "the result cannot be written to standard output";

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    /// <summary>A failure of standard output in words.</summary>
    public static string Said(IOException e) =>
        e.Message.StartsWith(Lost, StringComparison.Ordinal) ? e.Message : $"{Lost}: {e.Message.TrimEnd('.')}; make room, or write it elsewhere";

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw new IOException(Said(e), e);
        }
    }
}
