using System.Text;
using PbftReference.Cli.Live;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>Lines of a stream are whatever stands between line feeds.</summary>
public sealed class LineReadingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a\n", "a|")]
    [InlineData("a", "a|")]
    [InlineData("a\n\nb", "a||b|")]
    [InlineData("x1\rx2\r\nx3\\\n", "x1\rx2\r|x3\\|")]
    public void Nothing_between_line_feeds_is_lost_or_changed(string text, string lines) => Assert.Equal(lines, Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_line_may_be_longer_than_what_is_read_at_once() => Assert.Equal(new string('x', 300_000) + "|y|", Read(Encoding.UTF8.GetBytes(new string('x', 300_000) + "\ny\n")));

    private static string Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return string.Concat(LineReading.Of(stream).Select(line => Encoding.UTF8.GetString(line) + "|"));
    }
}
