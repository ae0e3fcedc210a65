using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core.Messages;

public sealed class WireFormatTests
{
    private const int Seeds = 60;

    private static readonly Signature ClientSignature = Signature.OfClient([0xAA, 0xBB]);

    public static TheoryData<MessageKind> Kinds => [.. MessageGenerator.AllKinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_decoded_holds_all_that_was_encoded(MessageKind kind)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var generator = new MessageGenerator(seed);
            var (message, signature) = (generator.Message(kind), generator.Signature());
            var (decoded, decodedSignature) = WireFormat.Decode(WireFormat.Encode(message, signature));
            Assert.Equal(StructuralText.Of(message), StructuralText.Of(decoded));
            Assert.Equal(signature, decodedSignature);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bytes_with_any_byte_changed_are_refused_or_are_another_message(MessageKind kind)
    {
        var refused = 0;
        for (var seed = 0; seed < 4; seed++)
        {
            var bytes = Sample(kind, seed);
            for (var i = 0; i < bytes.Length; i++)
            {
                foreach (var mask in (byte[])[0x01, 0x80, (byte)(2 << (i % 6))])
                {
                    var changed = bytes.ToArray();
                    changed[i] ^= mask;
                    if (!IsReadAndWrittenAgain(changed)) refused++;
                }
            }
        }

        Assert.True(refused > 0, "some changed bytes must be refused");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bytes_that_are_cut_or_continued_are_refused(MessageKind kind)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var bytes = Sample(kind, seed);
            for (var length = 0; length < bytes.Length; length++)
            {
                var cut = bytes[..length];
                Assert.Throws<InvalidDataException>(() => WireFormat.Decode(cut));
            }

            Assert.Throws<InvalidDataException>(() => WireFormat.Decode([.. bytes, 0]));
        }
    }

    [Fact]
    public void A_request_is_kind_client_timestamp_operation_signature()
    {
        var request = new Signed<Request>(new Request(new ClientId(3), new Timestamp(17), [0x01, 0x02, 0x03]), ClientSignature);
        var bytes = WireFormat.EncodeRequest(request);
        Assert.Equal("01" + "0000000000000003" + "0000000000000011" + "00000003010203" + "00" + "00000002AABB", Convert.ToHexString(bytes));
        Assert.Equal(StructuralText.Of(request), StructuralText.Of(WireFormat.DecodeRequest(bytes)));
    }

    [Fact]
    public void A_replicas_signature_carries_its_place_in_the_log()
    {
        var head = Digest.Of([1]);
        var bytes = WireFormat.Encode(new FetchNewView(Digest.Of([2]), new ReplicaId(1)), new Signature(9, head, [0xCC]));
        Assert.Equal(
            "0C" + Digest.Of([2]).ToString().ToUpperInvariant() + "00000001"
            + "01" + "0000000000000009" + head.ToString().ToUpperInvariant() + "00000001CC",
            Convert.ToHexString(bytes));
    }

    [Fact]
    public void Another_message_is_no_request()
    {
        var bytes = WireFormat.Encode(new Commit(default, default, default, default), Signature.Own);
        var fault = Assert.Throws<InvalidDataException>(() => WireFormat.DecodeRequest(bytes));
        Assert.Contains("Commit", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(18)]
    [InlineData(255)]
    public void An_unknown_kind_is_refused(byte kind) => AssertRefused([kind, 0, 0, 0, 0], $"there is no message kind {kind}");

    [Fact]
    public void A_fault_says_at_which_byte()
    {
        var bytes = WireFormat.Encode(new Prepare(new ViewNumber(-1), default, default, default, default), Signature.Own);
        AssertRefused(bytes, "at byte 9: a view is at least 0, not -1");
    }

    [Fact]
    public void A_count_beyond_the_bytes_is_refused_before_memory_is_taken()
    {
        var bytes = WireFormat.Encode(new FetchState(default, default, [], default), Signature.Own);
        bytes[1 + 8 + 32] = 0x7F;
        AssertRefused(bytes, "do not fit");
    }

    [Fact]
    public void Votes_that_do_not_ascend_are_refused()
    {
        ImmutableArray<Vote> votes = [new(new ReplicaId(2), ClientSignature), new(new ReplicaId(2), ClientSignature)];
        var proof = new StableProof(new CheckpointCertificate(default, default, votes), default);
        AssertRefused(WireFormat.Encode(proof, Signature.Own), "votes must ascend by replica, and 2 follows 2");
    }

    [Fact]
    public void Prepared_certificates_that_do_not_ascend_are_refused()
    {
        var certificate = new PreparedCertificate(default, new SequenceNumber(5), default, default, []);
        var viewChange = new ViewChange(default, new CheckpointCertificate(default, default, []), [certificate, certificate], default);
        AssertRefused(WireFormat.Encode(viewChange, Signature.Own), "prepared certificates must ascend");
    }

    [Fact]
    public void View_changes_that_do_not_ascend_are_refused()
    {
        var viewChange = new Signed<ViewChange>(new ViewChange(default, new CheckpointCertificate(default, default, []), [], default), ClientSignature);
        AssertRefused(WireFormat.Encode(new NewView(default, [viewChange, viewChange], [], default), Signature.Own), "view-changes must ascend");
    }

    [Fact]
    public void An_empty_batch_is_refused()
    {
        var request = new Signed<Request>(new Request(default, default, []), Signature.Own);
        var bytes = WireFormat.Encode(new BatchData(default, new Batch([request]), default), Signature.Own);
        bytes[1 + 8 + 3] = 0;
        AssertRefused(bytes, "a batch holds at least one request");
    }

    [Fact]
    public void A_new_view_holds_each_vote_once_however_many_view_changes_report_it()
    {
        var generator = new MessageGenerator(1);
        var signature = new Signature(7, Digest.Of([7]), generator.Bytes(64));
        var certificate = new PreparedCertificate(
            default, new SequenceNumber(1), default, default, [new Vote(new ReplicaId(0), signature), new Vote(new ReplicaId(1), signature)]);
        var one = WireFormat.Encode(NewViewOf(certificate, 1), Signature.Own).Length;
        var four = WireFormat.Encode(NewViewOf(certificate, 4), Signature.Own).Length;
        var perViewChange = (four - one) / 3;
        Assert.True(perViewChange < 200, $"{perViewChange} bytes for a view-change whose two votes are 222 bytes");
        Assert.Equal(2, VoteTable.Of(NewViewOf(certificate, 4)).Votes.Length);
    }

    [Fact]
    public void A_vote_of_the_table_that_no_certificate_has_is_refused()
    {
        var certificate = new CheckpointCertificate(default, default, [new Vote(new ReplicaId(1), Signature.Own)]);
        var viewChange = new Signed<ViewChange>(new ViewChange(default, certificate, [], default), Signature.Own);
        var bytes = WireFormat.Encode(new NewView(default, [viewChange], [], default), Signature.Own);

        // kind, view, vote count, the one vote; view-change count; view, place and digest of its checkpoint: then its vote count and index
        const int VotesOfCheckpoint = 1 + 8 + 4 + 9 + 4 + 8 + 8 + 32;
        byte[] without = [.. bytes[..VotesOfCheckpoint], 0, 0, 0, 0, .. bytes[(VotesOfCheckpoint + 8)..]];
        AssertRefused(without, "vote 0 of the table stands in no certificate");
    }

    [Fact]
    public void Every_kind_of_message_has_its_own_type_and_every_type_its_own_kind()
    {
        var generator = new MessageGenerator(3);
        var types = typeof(Message).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Message)) && !type.IsAbstract);
        var made = MessageGenerator.AllKinds.Select(generator.Message).ToList();
        Assert.Equal(MessageGenerator.AllKinds, made.Select(message => message.Kind));
        Assert.Equal(types.OrderBy(type => type.Name, StringComparer.Ordinal), made.Select(message => message.GetType()).OrderBy(type => type.Name, StringComparer.Ordinal));
    }

    private static NewView NewViewOf(PreparedCertificate certificate, int viewChanges)
    {
        var stable = new CheckpointCertificate(default, default, []);
        return new NewView(
            default,
            [.. Enumerable.Range(0, viewChanges).Select(i => new Signed<ViewChange>(
                new ViewChange(default, stable, [certificate], new ReplicaId(i)), Signature.Own))],
            [],
            default);
    }

    private static byte[] Sample(MessageKind kind, int seed)
    {
        var generator = new MessageGenerator(seed);
        return WireFormat.Encode(generator.Message(kind), generator.Signature());
    }

    private static bool IsReadAndWrittenAgain(byte[] bytes)
    {
        (Message Statement, Signature Signature) decoded;
        try
        {
            decoded = WireFormat.Decode(bytes);
        }
        catch (InvalidDataException)
        {
            return false;
        }

        Assert.Equal(bytes, WireFormat.Encode(decoded.Statement, decoded.Signature));
        return true;
    }

    private static void AssertRefused(byte[] bytes, string message)
    {
        var fault = Assert.Throws<InvalidDataException>(() => WireFormat.Decode(bytes));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }
}
