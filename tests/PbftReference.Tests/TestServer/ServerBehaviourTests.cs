using System.Globalization;
using System.Text;
using PbftReference.TestServer;
using Xunit;

namespace PbftReference.Tests.TestServer;

/// <summary>What the documentation of the protocol tells and no recording shows.</summary>
public class ServerBehaviourTests
{
    private const string Metadata = "$metadata";

    [Fact]
    public async Task Events_older_than_maxAge_are_hidden_and_the_numbering_goes_on()
    {
        var clock = new HandClock();
        await using var bench = await FaultBench.StartAsync(new EventStoreServerOptions { Clock = clock });
        await bench.AppendManyAsync(2);
        clock.Advance(TimeSpan.FromSeconds(50));
        await bench.AppendManyAsync(1);
        await SetMetadataAsync(bench, """{"$maxAge":60}""");
        Assert.Equal(["0", "1", "0"], await bench.DataAsync());

        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(["0"], await bench.DataAsync());

        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Empty(await bench.DataAsync());
        Assert.Equal(0, await bench.StatusAsync(bench.Client.Call(Requests.Append, Requests.AtRevision("s", 2), Requests.Event(Guid.NewGuid(), "new"))));
        Assert.Equal(["new"], await bench.DataAsync());
    }

    [Theory]
    [InlineData("""{"$maxCount":1}""", 1)]
    [InlineData("""{"$maxCount":0}""", 3)]
    [InlineData("""{"$maxCount":-1,"$tb":1}""", 2)]
    [InlineData("""{"$tb":-1}""", 3)]
    [InlineData("""{"$maxCount":"1"}""", 3)]
    [InlineData("""{"$maxCount":1,"$tb":"2"}""", 3)]
    [InlineData("""{"$maxCount":1,"$maxAge":1.5}""", 3)]
    [InlineData("""{"$maxCount":1,"$acl":7}""", 3)]
    [InlineData("""{"$maxCount":1,"$cacheControl":5,"own":{"a":[1]}}""", 1)]
    [InlineData("""{"$maxAge":9223372036854775807,"$maxCount":1}""", 3)]
    [InlineData("""{"$maxCount":1""", 3)]
    [InlineData("[1]", 3)]
    [InlineData("", 3)]
    public async Task Metadata_that_is_wrong_in_one_place_counts_as_none_and_a_value_out_of_range_as_no_value(string metadata, int visible)
    {
        await using var bench = await FaultBench.StartAsync();
        await bench.AppendManyAsync(3);

        await SetMetadataAsync(bench, metadata);

        Assert.Equal(visible, (await bench.DataAsync()).Count);
    }

    [Fact]
    public async Task All_events_can_be_read_in_both_directions_but_not_subscribed_to()
    {
        await using var bench = await FaultBench.StartAsync();
        foreach (var stream in new[] { "a", "b", "a" }) await bench.AppendManyAsync(20, stream);

        async Task<IReadOnlyList<string>> Streams(byte[] request)
        {
            using var read = bench.Client.Call(Requests.Read, request);
            var (frames, status) = await read.AllAsync();
            Assert.Equal(0, status);
            return [.. frames.Select(frame => Encoding.UTF8.GetString(WireField.At(frame, 1, 1, 2, 3)))];
        }

        string[] written = [.. Enumerable.Repeat("a", 20), .. Enumerable.Repeat("b", 20), .. Enumerable.Repeat("a", 20)];
        Assert.Equal(written, await Streams(Requests.All(isBackwards: false, 100)));
        Assert.Equal(written[..45], await Streams(Requests.All(isBackwards: false, 45)));
        Assert.Equal(written.Reverse().Take(45), await Streams(Requests.All(isBackwards: true, 45)));
        Assert.Equal((12, "This test server has no subscriptions to $all."), await bench.EndAsync(bench.Client.Call(Requests.Read, Requests.SubscribeAll())));
    }

    [Fact]
    public async Task A_read_that_does_not_say_how_to_write_ids_is_answered_at_its_deadline_only()
    {
        await using var bench = await FaultBench.StartAsync();
        var call = bench.Client.Call(Requests.Read, new Dictionary<string, string> { ["content-type"] = "application/grpc", ["te"] = "trailers", ["grpc-timeout"] = "50m" });

        // Stream "s" from the start, one event, no filter.
        call.Send([0x0A, 0x0D, 0x0A, 0x07, 0x0A, 0x03, 0x1A, 0x01, 0x73, 0x1A, 0x00, 0x28, 0x01, 0x42, 0x00]);
        call.HalfClose();

        Assert.Equal((4, "Deadline Exceeded"), await bench.EndAsync(call));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$$")]
    [InlineData("$all")]
    public async Task Nobody_writes_to_a_stream_of_no_name_or_to_all_or_to_the_metadata_of_no_name(string stream)
    {
        await using var bench = await FaultBench.StartAsync();

        Assert.Equal(2, await bench.StatusAsync(bench.Append("refused", stream)));

        using var batch = bench.Client.Call(Requests.BatchAppend, Requests.Batch(Guid.NewGuid(), stream, Guid.NewGuid(), "refused"));
        Assert.Contains("BadRequest", Encoding.UTF8.GetString((await batch.ReadAsync())!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_whose_last_fragment_does_not_come_times_out_and_the_call_goes_on()
    {
        await using var bench = await FaultBench.StartAsync(new EventStoreServerOptions { WriteTimeout = TimeSpan.FromMilliseconds(20) });
        using var batch = bench.Client.Call(Requests.BatchAppend);
        var whole = Requests.Batch(Guid.NewGuid(), "s", Guid.NewGuid(), "never whole");

        batch.Send(whole[..^2]);
        Assert.Contains("event_store.client.Timeout", Encoding.UTF8.GetString((await batch.ReadAsync())!), StringComparison.Ordinal);
        Assert.Empty(await bench.DataAsync());

        batch.Send(Requests.Batch(Guid.NewGuid(), "s", Guid.NewGuid(), "whole"));
        Assert.DoesNotContain("Timeout", Encoding.UTF8.GetString((await batch.ReadAsync())!), StringComparison.Ordinal);
        Assert.Equal(["whole"], await bench.DataAsync());
    }

    [Fact]
    public async Task A_fragment_without_options_belongs_to_no_write()
    {
        await using var bench = await FaultBench.StartAsync();
        using var batch = bench.Client.Call(Requests.BatchAppend);

        // A correlation id with both halves 1, final.
        batch.Send([0x0A, 0x06, 0x0A, 0x04, 0x08, 0x01, 0x10, 0x01, 0x20, 0x01]);

        Assert.Contains("BadRequest", Encoding.UTF8.GetString((await batch.ReadAsync())!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task System_streams_are_for_administrators_and_a_list_may_name_users_groups_or_everybody()
    {
        await using var bench = await FaultBench.StartAsync(new EventStoreServerOptions { Secured = true });
        async Task<int> Append(string user, string stream, string data = "x", string type = "t") =>
            await bench.StatusAsync(As(bench, user, Requests.Append, Requests.AppendAny(stream), Requests.Event(Guid.NewGuid(), data, type)));
        async Task<int> Read(string user, string stream) => await bench.StatusAsync(As(bench, user, Requests.Read, Requests.Forwards(stream)));

        Assert.Equal((0, 7), (await Append("admin", "$system"), await Append("ops", "$system")));
        Assert.Equal((0, 7), (await Read("admin", "$system"), await Read("ops", "$system")));
        Assert.Equal((0, 0), (await Append("ops", "s"), await Append("ops", "$$s", "{}", Metadata)));

        Assert.Equal(0, await Append("admin", "$$s", """{"$acl":{"$r":["nobody","ops"],"$w":"$ops","$mw":"nobody"}}""", Metadata));
        Assert.Equal((0, 0, 7), (await Read("ops", "s"), await Append("ops", "s"), await Append("ops", "$$s", "{}", Metadata)));

        Assert.Equal(0, await Append("admin", "$$s", """{"$acl":{"$r":"$all","$w":[]}}""", Metadata));
        Assert.Equal((0, 7), (await Read("ops", "s"), await Append("ops", "s")));
    }

    [Fact]
    public async Task Without_gRPC_it_tells_that_it_lives_and_what_it_is()
    {
        await using var bench = await FaultBench.StartAsync();

        Assert.Equal((204, ""), await bench.Client.PlainAsync(HttpMethod.Get, "/health/live"));
        Assert.Equal((200, """{"esVersion":"23.10.6","state":"leader"}"""), await bench.Client.PlainAsync(HttpMethod.Get, "/info"));
    }

    [Theory]
    [InlineData("01 00000001 00", 12)]
    [InlineData("00 02000000", 8)]
    [InlineData("00 00000005 0A03", 13)]
    [InlineData("00", 13)]
    [InlineData("00 00000001 0A", 2)]
    [InlineData("00 0000000B FFFFFFFFFFFFFFFFFFFF7F", 2)]
    [InlineData("00 0000000C 0A0A0A08FFFFFFFFFFFF7F7F", 2)]
    [InlineData("00 00000002 0F00", 2)]
    [InlineData("00 00000002 0001", 2)]
    [InlineData("00 00000003 0B0801", 2)]
    public async Task Bytes_that_are_no_message_are_refused_with_a_status(string hex, int status)
    {
        await using var bench = await FaultBench.StartAsync();
        foreach (var path in new[] { Requests.Append, Requests.Read, Requests.Delete, Requests.Tombstone, Requests.BatchAppend })
        {
            var call = bench.Client.Call(path);
            call.SendBytes(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
            call.HalfClose();
            Assert.Equal((path, status), (path, await bench.StatusAsync(call)));
        }
    }

    [Fact]
    public async Task Unknown_fields_of_every_wire_type_are_passed_over()
    {
        await using var bench = await FaultBench.StartAsync();
        byte[] unknown =
            [0xA0, 0x06, 0x01, 0xA1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xA2, 0x06, 0x01, 0x00, 0xA5, 0x06, 1, 2, 3, 4, 0xA3, 0x06, 0x08, 0x01, 0xA4, 0x06];

        Assert.Equal(0, await bench.StatusAsync(bench.Client.Call(
            Requests.Append, [.. unknown, .. Requests.AppendAny("s")], [.. Requests.Event(Guid.NewGuid(), "kept"), .. unknown])));

        Assert.Equal(["kept"], await bench.DataAsync());
    }

    [Fact]
    public async Task Whatever_bytes_a_recorded_request_is_changed_into_the_answer_is_one_of_gRPC_and_the_server_lives_on()
    {
        await using var bench = await FaultBench.StartAsync();
        var random = new Random(20);
        var requests = Recording.Names.Select(Recording.Read).SelectMany(recording => recording.Calls)
            .Where(call => call.Timeline.Count == 0 && call.RequestFrames.Count > 0 && call.RequestFrames[0].Length is > 0 and < 1000).ToList();
        for (var i = 0; i < 600; i++)
        {
            var recorded = requests[random.Next(requests.Count)];
            var frames = recorded.RequestFrames.Select(frame => frame.ToArray()).ToArray();
            var changed = frames[random.Next(frames.Length)];
            if (changed.Length > 0) changed[random.Next(changed.Length)] = (byte)random.Next(256);

            // A deletion that is refused names its stream in a header, and is no answer of gRPC if the name does not fit into one.
            // The deadline ends what became a subscription, or a read that does not say how to write ids.
            using var call = bench.Client.Call(
                recorded.Path, new Dictionary<string, string> { ["content-type"] = "application/grpc", ["te"] = "trailers", ["grpc-timeout"] = "100m" });
            foreach (var frame in frames) call.Send(frame);
            call.HalfClose();
            var response = await call.HeadersAsync();
            var isAnswered = response.StatusCode == System.Net.HttpStatusCode.OK
                || (recorded.Path is Requests.Delete or Requests.Tombstone && StreamOf(frames[0]).Any(unit => unit is < ' ' or > '~'));
            Assert.True(isAnswered, $"{recorded.Path}: {(int)response.StatusCode}");
        }

        Assert.Equal(0, await bench.StatusAsync(bench.Append("alive")));
    }

    private static string StreamOf(byte[] deletion) => Encoding.UTF8.GetString(WireField.At(deletion, 1, 1, 3));

    private static RawCall As(FaultBench bench, string user, string path, params byte[][] frames)
    {
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:changeit"));
        var call = bench.Client.Call(
            path, new Dictionary<string, string> { ["content-type"] = "application/grpc", ["te"] = "trailers", ["authorization"] = "Basic " + credentials });
        foreach (var frame in frames) call.Send(frame);
        call.HalfClose();
        return call;
    }

    private static async Task SetMetadataAsync(FaultBench bench, string metadata) =>
        Assert.Equal(0, await bench.StatusAsync(bench.Client.Call(Requests.Append, Requests.AppendAny("$$s"), Requests.Event(Guid.NewGuid(), metadata, Metadata))));

    /// <summary>A clock whose time is set by hand; its timers are real.</summary>
    private sealed class HandClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.Parse("2024-01-01T00:00:00Z", CultureInfo.InvariantCulture);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan time) => _now += time;
    }
}
