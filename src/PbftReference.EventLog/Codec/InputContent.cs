using System.Collections.Immutable;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// What an event may take over from the input of its step, so that it is not written twice. Two things are the same if they have the
/// same content, whether or not they are one object: live, one object may reach a replica twice; read back from the log, it is two; and
/// both must give the same bytes.
/// </summary>
internal static class InputContent
{
    private static readonly Signature NoSignature = Signature.Own;

    internal static Batch? BatchOf(Input input) => (input as MessageReceived)?.Message switch
    {
        BatchData message => message.Batch,
        PrePrepare message => message.Batch,
        CommitProof message => message.Batch,
        _ => null,
    };

    internal static CheckpointCertificate? CertificateOf(Input input) => (input as MessageReceived)?.Message switch
    {
        StableProof message => message.Certificate,
        ViewChange message => message.Stable,
        _ => null,
    };

    internal static bool Carries(Input input, Message message, Signature signature) =>
        input is MessageReceived received && IsSame(received.Message, message) && received.Signature.Equals(signature);

    internal static bool Carries(Input input, Message message) => input is MessageReceived received && IsSame(received.Message, message);

    internal static bool Carries(Input input, Batch batch) =>
        BatchOf(input) is { } other && (ReferenceEquals(other, batch) || (other.Digest == batch.Digest && IsSame(Holder(other), Holder(batch))));

    internal static bool Carries(Input input, CheckpointCertificate certificate) =>
        CertificateOf(input) is { } other && (ReferenceEquals(other, certificate) || IsSame(Holder(other), Holder(certificate)));

    internal static bool Carries(Input input, ImmutableArray<ImmutableArray<byte>> results)
    {
        if (input is not ExecutionCompleted completed || completed.Results.Length != results.Length) return false;
        if (completed.Results == results) return true;
        for (var i = 0; i < results.Length; i++)
        {
            if (!completed.Results[i].AsSpan().SequenceEqual(results[i].AsSpan())) return false;
        }

        return true;
    }

    internal static bool Carries(Input input, ImmutableArray<int> missing) =>
        input is StateStaged staged && staged.Missing.AsSpan().SequenceEqual(missing.AsSpan());

    internal static bool Carries(Input input, ClientTable clients)
    {
        if (input is not StateInstalled { Clients: var other }) return false;
        return ReferenceEquals(other, clients)
            || (other.Window == clients.Window && other.PageDigests().AsSpan().SequenceEqual(clients.PageDigests().AsSpan()));
    }

    private static BatchData Holder(Batch batch) => new(default, batch, default);

    private static StableProof Holder(CheckpointCertificate certificate) => new(certificate, default);

    // The wire format is canonical, so equal bytes are equal messages. It is seldom asked: nearly always it is one object.
    private static bool IsSame(Message left, Message right) =>
        ReferenceEquals(left, right)
        || (left.Kind == right.Kind
            && WireFormat.Encode(left, NoSignature).AsSpan().SequenceEqual(WireFormat.Encode(right, NoSignature)));
}
