using PbftReference.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.EventLog.Stores;

public sealed class ExpectedRevisionTests
{
    [Fact]
    public void The_default_expects_no_stream()
    {
        Assert.Equal(ExpectedRevision.NoStream, default);
        Assert.Equal(-1, default(ExpectedRevision).Value);
        Assert.Equal("no stream", default(ExpectedRevision).ToString());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue - 1)]
    public void A_number_converts_to_the_revision_it_names(long number)
    {
        ExpectedRevision expected = number;
        Assert.Equal(number, expected.Value);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(-4)]
    [InlineData(long.MaxValue)]
    public void Any_and_stream_exists_have_no_form_here(long number) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ExpectedRevision.FromInt64(number));

    [Fact]
    public void Exact_means_a_revision_that_exists() => Assert.Throws<ArgumentOutOfRangeException>(() => ExpectedRevision.Exact(-1));

    [Fact]
    public void Events_are_equal_when_their_bytes_are()
    {
        Assert.Equal(SampleEvents.Event(1), SampleEvents.Event(1));
        Assert.Equal(SampleEvents.Stored("a", 0, 1), SampleEvents.Stored("a", 0, 1));
        Assert.Equal(SampleEvents.Stored("a", 0, 1).GetHashCode(), SampleEvents.Stored("a", 0, 1).GetHashCode());
        Assert.NotEqual(SampleEvents.Event(1), SampleEvents.Event(1) with { Data = new byte[1] });
        Assert.NotEqual(SampleEvents.Stored("a", 0, 1), SampleEvents.Stored("a", 0, 1) with { Metadata = new byte[1] });
    }
}
