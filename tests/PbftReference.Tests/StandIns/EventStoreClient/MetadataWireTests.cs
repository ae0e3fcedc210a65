using System.Text;
using System.Text.Json;
using EventStore.Client;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Stream metadata that others have written, which the package reads less kindly.</summary>
public class MetadataWireTests
{
    [Fact]
    public void What_a_server_ignores_is_absent()
    {
        var metadata = StreamMetadataJson.Read("{\"$maxCount\":0,\"$maxAge\":-1,\"$tb\":-5,\"$cacheControl\":0}"u8.ToArray());
        Assert.Equal((null, null, null, null), (metadata.MaxCount, metadata.MaxAge, metadata.TruncateBefore, metadata.CacheControl));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("{\"$maxCount\":\"3\"}")]
    [InlineData("{\"$maxCount\":3.5}")]
    [InlineData("{\"$maxCount\":4294967296}")]
    [InlineData("{\"$maxAge\":9223372036854775807}")]
    [InlineData("{\"$tb\":null}")]
    [InlineData("{\"$acl\":1}")]
    [InlineData("{\"$acl\":{\"$r\":1}}")]
    [InlineData("{\"$acl\":{\"$r\":[1]}}")]
    public void What_is_no_metadata_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => StreamMetadataJson.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void The_end_is_written_as_it_is_read() => Assert.Equal(
        "{\"$tb\":9223372036854775807}", Encoding.UTF8.GetString(StreamMetadataJson.Write(new StreamMetadata(truncateBefore: StreamPosition.End))));
}
