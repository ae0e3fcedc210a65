using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Core.Messages;

/// <summary>The requests that share one sequence number, in the order in which they are executed; at least one.</summary>
public sealed class Batch
{
    private Digest? _digest;

    /// <summary>Takes over the requests.</summary>
    /// <exception cref="ArgumentException">No request.</exception>
    public Batch(ImmutableArray<Signed<Request>> requests)
    {
        if (requests.IsDefaultOrEmpty) throw new ArgumentException("a batch holds at least one request; the null request has no batch");
        Requests = requests;
    }

    /// <summary>The requests, each under its client's signature.</summary>
    public ImmutableArray<Signed<Request>> Requests { get; }

    /// <summary>Digest of the requests, signature values apart.</summary>
    public Digest Digest => _digest ??= Statements.DigestOf(this);
}
