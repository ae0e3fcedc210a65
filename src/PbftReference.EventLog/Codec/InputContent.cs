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
public static class InputContent
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

    /// <summary>Whether an input brought a message with a signature.</summary>
    public static bool Carries(Input input, Message message, Signature signature) =>
        input is MessageReceived received && IsSame(received.Message, message) && received.Signature.Equals(signature);

    /// <summary>Whether an input brought a message, whatever its signature.</summary>
    public static bool Carries(Input input, Message message) => input is MessageReceived received && IsSame(received.Message, message);

    /// <summary>Whether an input brought a batch.</summary>
    public static bool Carries(Input input, Batch batch) =>
        BatchOf(input) is { } other && (ReferenceEquals(other, batch) || (other.Digest == batch.Digest && IsSame(Holder(other), Holder(batch))));

    /// <summary>Whether an input brought a checkpoint's certificate.</summary>
    public static bool Carries(Input input, CheckpointCertificate certificate) =>
        CertificateOf(input) is { } other && (ReferenceEquals(other, certificate) || IsSame(Holder(other), Holder(certificate)));

    /// <summary>Whether an input brought the results of an execution.</summary>
    public static bool Carries(Input input, ImmutableArray<ImmutableArray<byte>> results)
    {
        if (input is not ExecutionCompleted completed || completed.Results.Length != results.Length) return false;
        if (completed.Results == results) return true;
        for (var i = 0; i < results.Length; i++)
        {
            if (!completed.Results[i].AsSpan().SequenceEqual(results[i].AsSpan())) return false;
        }

        return true;
    }

    /// <summary>Whether an input brought the pages that are missing.</summary>
    public static bool Carries(Input input, ImmutableArray<int> missing) =>
        input is StateStaged staged && staged.Missing.AsSpan().SequenceEqual(missing.AsSpan());

    /// <summary>Whether an input brought a client table.</summary>
    public static bool Carries(Input input, ClientTable clients)
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
