using System.Text.Json;
using EventStore.Client;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>The values that calls take and give.</summary>
public class ValueTests
{
    [Fact]
    public void A_place_or_a_revision_is_a_number_of_63_bits_or_the_special_one()
    {
        Assert.Equal(ulong.MaxValue, StreamPosition.End.ToUInt64());
        Assert.Equal(ulong.MaxValue, StreamRevision.None.ToUInt64());
        Assert.Equal((-1, -1), (StreamPosition.End.ToInt64(), StreamRevision.None.ToInt64()));
        Assert.Equal((StreamPosition.End, StreamRevision.None), (StreamPosition.FromInt64(-1), StreamRevision.FromInt64(-1)));
        Assert.Equal(long.MaxValue, new StreamRevision(long.MaxValue).ToInt64());
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamPosition(1ul << 63));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamRevision(1ul << 63));
        Assert.Throws<OverflowException>(() => StreamPosition.FromInt64(-2));
    }

    [Fact]
    public void Places_and_revisions_are_counted_and_compared()
    {
        Assert.Equal(new StreamPosition(1), StreamPosition.Start.Next());
        Assert.Equal(new StreamRevision(3), new StreamRevision(1) + 2);
        Assert.Equal(new StreamRevision(1), new StreamRevision(3) - 2);
        Assert.Throws<OverflowException>(() => StreamPosition.End.Next());
        Assert.Throws<OverflowException>(() => StreamRevision.None - 0 + 1);
        Assert.Throws<OverflowException>(() => new StreamRevision(0) - 1);
        Assert.True(StreamPosition.Start < new StreamPosition(1) && new StreamPosition(1) < StreamPosition.End && StreamRevision.None >= new StreamRevision(7));
        Assert.Equal(new StreamRevision(4), StreamRevision.FromStreamPosition(4));
        Assert.Equal(new StreamPosition(4), StreamPosition.FromStreamRevision(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamRevision.FromStreamPosition(StreamPosition.End));
        Assert.Equal(("End", "5"), (StreamPosition.End.ToString(), new StreamPosition(5).ToString()));
    }

    [Fact]
    public void A_position_orders_by_commit_and_then_by_prepare()
    {
        Assert.True(Position.Start < new Position(1, 0) && new Position(1, 0) < new Position(1, 1) && new Position(2, 0) > new Position(1, 1));
        Assert.True(Position.End > new Position(long.MaxValue, 0));
        Assert.Equal("C:2/P:1", new Position(2, 1).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => new Position(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Position(1ul << 63, 0));
    }

    [Fact]
    public void A_state_has_its_number_in_error_keys() => Assert.Equal(
        (-1L, -2L, -4L), (StreamState.NoStream.ToInt64(), StreamState.Any.ToInt64(), StreamState.StreamExists.ToInt64()));

    [Fact]
    public void A_subscription_begins_at_the_start_behind_a_place_or_at_the_end()
    {
        Assert.Equal(FromStream.Start, default);
        Assert.Equal(7ul, FromStream.After(7).ToUInt64());
        Assert.Equal(ulong.MaxValue, FromStream.End.ToUInt64());
        Assert.NotEqual(FromStream.Start, FromStream.After(StreamPosition.Start));
        Assert.Throws<InvalidOperationException>(() => FromStream.Start.ToUInt64());
        Assert.Throws<ArgumentException>(() => FromStream.After(StreamPosition.End));
    }

    [Fact]
    public void A_uuid_is_its_text()
    {
        var uuid = Uuid.Parse("fedcba98-7654-5321-8fed-cba987654321");

        Assert.Equal("fedcba98-7654-5321-8fed-cba987654321", uuid.ToString());
        Assert.Equal(Guid.Parse("fedcba98-7654-5321-8fed-cba987654321"), uuid.ToGuid());
        Assert.Equal(uuid, Uuid.FromGuid(uuid.ToGuid()));
        Assert.Equal(uuid, Uuid.FromInt64(unchecked((long)0xfedcba9876545321), unchecked((long)0x8fedcba987654321)));
        Assert.Equal("00000000-0000-0000-0000-000000000000", Uuid.Empty.ToString());
        Assert.NotEqual(Uuid.NewUuid(), Uuid.NewUuid());
    }

    [Fact]
    public void An_event_has_an_id_and_one_of_two_content_types()
    {
        var @event = new EventData(Uuid.NewUuid(), "t", new byte[] { 1 });

        Assert.Equal(("application/json", 0), (@event.ContentType, @event.Metadata.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventData(Uuid.Empty, "t", default));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventData(Uuid.NewUuid(), "t", default, null, "text/plain"));
    }

    [Fact]
    public void Metadata_has_no_number_and_no_duration_that_is_not_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamMetadata(maxCount: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamMetadata(maxAge: TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamMetadata(cacheControl: TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public async Task Metadata_is_written_and_read_with_all_that_is_in_it()
    {
        using var custom = JsonDocument.Parse("{\"mine\":{\"a\":[1,\"x\",null]},\"n\":1.5}");
        var metadata = new StreamMetadata(
            3, TimeSpan.FromSeconds(60), 7, TimeSpan.FromSeconds(9), new StreamAcl(["a", "b"], ["w"], metaWriteRoles: []), custom);
        using var handler = new ScriptedHandler(Answer.Appended());
        await using var client = Clients.Of(handler);

        await client.SetStreamMetadataAsync("s", StreamState.NoStream, metadata);

        var frames = Assert.Single(handler.Calls).Frames();
        Assert.Equal("$$s", ProtoTree.Parse(frames[0]).Message(1)!.Message(1)!.Text(3));
        var text = ProtoTree.Parse(frames[1]).Message(2)!.Text(4)!;
        Assert.Equal(
            "{\"$maxCount\":3,\"$maxAge\":60,\"$tb\":7,\"$cacheControl\":9,\"$acl\":{\"$r\":[\"a\",\"b\"],\"$w\":\"w\",\"$mw\":[]},\"mine\":{\"a\":[1,\"x\",null]},\"n\":1.5}",
            text);
        var read = (await Read(text)).Metadata;
        Assert.Equal(
            (3, TimeSpan.FromSeconds(60), new StreamPosition(7), TimeSpan.FromSeconds(9)), (read.MaxCount, read.MaxAge, read.TruncateBefore, read.CacheControl));
        Assert.Equal(["a", "b"], read.Acl!.ReadRoles!);
        Assert.Equal(["w"], read.Acl.WriteRoles!);
        Assert.Null(read.Acl.DeleteRoles);
        Assert.Empty(read.Acl.MetaWriteRoles!);
        Assert.Equal("{\"mine\":{\"a\":[1,\"x\",null]},\"n\":1.5}", read.CustomMetadata!.RootElement.GetRawText());
    }

    [Fact]
    public async Task A_deleted_stream_is_hidden_to_its_end() =>
        Assert.Equal(StreamPosition.End, (await Read("{\"$tb\":9223372036854775807}")).Metadata.TruncateBefore);

    [Fact]
    public async Task A_write_to_a_stream_that_is_not_as_expected_is_a_result_if_it_is_asked_to_be()
    {
        using var handler = new ScriptedHandler(Answer.Ok(Convert.FromHexString("120430014002")));
        await using var client = Clients.Of(handler, "&throwOnAppendFailure=false");

        var result = Assert.IsType<WrongExpectedVersionResult>(await client.AppendToStreamAsync("s", new StreamRevision(2), [Clients.Event]));
        Assert.Equal(("s", 1ul, 2ul), (result.StreamName, result.ActualStreamRevision.ToUInt64(), result.NextExpectedStreamRevision.ToUInt64()));
        await Assert.ThrowsAsync<WrongExpectedVersionException>(
            () => client.AppendToStreamAsync("s", new StreamRevision(2), [Clients.Event], options => options.ThrowOnAppendFailure = true));
        Assert.IsType<WrongExpectedVersionResult>(await client.AppendToStreamAsync("s", new StreamRevision(2), [Clients.Event]));
    }

    private static async Task<StreamMetadataResult> Read(string json)
    {
        var data = System.Text.Encoding.UTF8.GetBytes(json);
        byte[] Field(byte tag, byte[] bytes) => [tag, (byte)(bytes.Length | 0x80), (byte)(bytes.Length >> 7), .. bytes];
        byte[] Entry(string key, string value) => Field(0x32, [.. Field(0x0A, System.Text.Encoding.UTF8.GetBytes(key)), .. Field(0x12, System.Text.Encoding.UTF8.GetBytes(value))]);
        byte[] record =
        [
            .. Field(0x0A, Field(0x12, System.Text.Encoding.ASCII.GetBytes($"{Guid.NewGuid()}"))), .. Field(0x12, Field(0x1A, "$$s"u8.ToArray())),
            .. Entry("type", "$metadata"), .. Entry("content-type", "application/json"), .. Entry("created", "17953324010252925"), .. Field(0x42, data),
        ];
        using var handler = new ScriptedHandler(Answer.Ok(Field(0x0A, Field(0x0A, record))));
        await using var client = Clients.Of(handler);
        return await client.GetStreamMetadataAsync("s");
    }
}
