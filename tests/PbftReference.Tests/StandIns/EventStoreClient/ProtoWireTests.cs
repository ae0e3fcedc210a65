using EventStore.Client;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Bytes that are no message, or not the one that is expected, are refused or skipped, and never read past.</summary>
public class ProtoWireTests
{
    [Theory]
    [InlineData("08", "a number that is missing")]
    [InlineData("0880", "a number that ends early")]
    [InlineData("08FFFFFFFFFFFFFFFFFF02", "a number of 65 bits")]
    [InlineData("0880808080808080808080808001", "a number of too many bytes")]
    [InlineData("0A05616263", "bytes that end early")]
    [InlineData("0AFFFFFFFF0F", "a length of 4 GiB")]
    [InlineData("0AFFFFFFFFFFFFFFFFFF01", "a length of 64 bits")]
    [InlineData("0A", "a length that is missing")]
    [InlineData("0901020304050607", "a fixed number of 7 bytes")]
    [InlineData("0D010203", "a fixed number of 3 bytes")]
    [InlineData("0B0801", "a group without an end")]
    [InlineData("0B14", "a group that ends as another")]
    [InlineData("0C", "the end of a group without a beginning")]
    [InlineData("0E", "type 6")]
    [InlineData("0F", "type 7")]
    [InlineData("00", "field 0")]
    [InlineData("808080801000", "a field number of 30 bits")]
    public void Bytes_that_are_no_message_are_refused(string hex, string what)
    {
        var exception = Assert.Throws<InvalidDataException>(() => new ProtoMessage(Convert.FromHexString(hex)));
        Assert.False(string.IsNullOrEmpty(exception.Message), what);
    }

    [Fact]
    public void Groups_within_groups_have_an_end()
    {
        byte[] Nested(int depth) => [.. Enumerable.Repeat((byte)0x0B, depth), .. Enumerable.Repeat((byte)0x0C, depth)];

        Assert.Null(new ProtoMessage(Nested(32)).Number(1));
        Assert.Throws<InvalidDataException>(() => new ProtoMessage(Nested(33)));
        Assert.Throws<InvalidDataException>(() => new ProtoMessage(Nested(1_000_000)));
    }

    [Fact]
    public void Every_beginning_of_a_message_is_a_message_or_refused()
    {
        foreach (var frame in Fixture.Steps.Where(step => step.Method == "Read").SelectMany(step => step.Answer.Frames).DistinctBy(frame => frame.Length))
        {
            for (var length = 0; length < frame.Length; length++)
            {
                var exception = Record.Exception(() => ReadResponse.Decode(frame.AsMemory(0, length)));
                Assert.True(exception is null or InvalidDataException, $"{exception}");
            }
        }
    }

    [Fact]
    public void A_message_with_one_byte_changed_is_a_message_or_refused()
    {
        foreach (var frame in Fixture.Steps.Where(step => step.Method == "Read").SelectMany(step => step.Answer.Frames).DistinctBy(frame => frame.Length).Take(40))
        {
            for (var at = 0; at < frame.Length; at++)
            {
                foreach (var bits in (byte[])[0x01, 0x07, 0x80, 0xFF])
                {
                    var changed = frame.ToArray();
                    changed[at] ^= bits;
                    var exception = Record.Exception(() => ReadResponse.Decode(changed));
                    Assert.True(exception is null or InvalidDataException, $"{exception}");
                }
            }
        }
    }

    [Fact]
    public void Unknown_fields_of_all_types_are_skipped()
    {
        // Field 15 as number, 8 bytes, bytes, group and 4 bytes; then field 6 as bytes, which it is not; then the last place, 3.
        var message = ReadResponse.Decode(Convert.FromHexString("7801" + "790102030405060708" + "7A0161" + "7B08017C" + "7D01020304" + "320161" + "3003"));

        Assert.Equal(new StreamMessage.LastStreamPosition(3), message);
    }

    [Fact]
    public void A_message_of_an_unknown_kind_is_unknown()
    {
        Assert.IsType<StreamMessage.Unknown>(ReadResponse.Decode(Convert.FromHexString("7A0161")));
        Assert.IsType<StreamMessage.Unknown>(ReadResponse.Decode(default));
    }

    [Fact]
    public void Of_the_cases_of_a_oneof_the_last_counts()
    {
        Assert.Equal(new StreamMessage.LastStreamPosition(4), ReadResponse.Decode(Convert.FromHexString("28033004")));
        Assert.Equal(new StreamMessage.FirstStreamPosition(3), ReadResponse.Decode(Convert.FromHexString("30042803")));
    }

    [Fact]
    public void Newer_servers_say_where_a_subscription_caught_up_or_fell_behind()
    {
        Assert.IsType<StreamMessage.CaughtUp>(ReadResponse.Decode(Convert.FromHexString("42060A0208011005")));
        Assert.IsType<StreamMessage.FellBehind>(ReadResponse.Decode(Convert.FromHexString("4A060A0208011005")));
    }

    [Theory]
    [InlineData("0A00", "no event")]
    [InlineData("0A020A00", "no id")]
    [InlineData("0A060A040A021200", "an empty id")]
    [InlineData("0A0A0A080A0612046E6F7065", "an id that is no id")]
    [InlineData("0A2A0A280A26122465356634666238322D663665312D353961612D616362382D636166656661623461333239", "no type")]
    [InlineData("28FFFFFFFFFFFFFFFFFE01", "a place that cannot be")]
    public void An_event_that_is_not_whole_is_refused(string hex, string what)
    {
        var exception = Assert.Throws<InvalidDataException>(() => ReadResponse.Decode(Convert.FromHexString(hex)));
        Assert.False(string.IsNullOrEmpty(exception.Message), what);
    }

    [Fact]
    public void An_answer_to_an_append_tells_zero_from_nothing()
    {
        var zero = AppendResponse.Decode(Convert.FromHexString("0A0808001A0408001000"));
        var nothing = AppendResponse.Decode(Convert.FromHexString("0A0412002200"));

        Assert.Equal((true, new StreamRevision(0), new Position(0, 0)), (zero.Success, zero.Current, zero.Position));
        Assert.Equal((true, StreamRevision.None, default), (nothing.Success, nothing.Current, nothing.Position));
        Assert.Throws<InvalidDataException>(() => AppendResponse.Decode(default));
    }

    [Fact]
    public void Old_fields_of_a_wrong_version_do_not_count()
    {
        // Fields 1 and 3 of old servers say revision 7 and revision 8.
        var wrong = AppendResponse.Decode(Convert.FromHexString("120808071808" + "30014002"));

        Assert.Equal((false, new StreamRevision(1), new StreamRevision(2)), (wrong.Success, wrong.Current, wrong.ExpectedRevision));
    }

    [Fact]
    public void A_member_without_an_address_or_with_an_impossible_port_is_left_out()
    {
        // Leader without end point; leader at "a" port 70000; leader at "b" port 2113, alive; state 200 at "c".
        var members = ClusterInfo.Decode(Convert.FromHexString(
            "0A0418082001" + "0A0D180820012A070A016110F0A204" + "0A0C180820012A060A016210C110" + "0A0D18C80120012A060A016310C110"));

        Assert.Equal(["b", "c"], members.Select(member => member.EndPoint.Host));
        Assert.Equal([true, false], members.Select(member => member.IsConnectable));
    }
}
