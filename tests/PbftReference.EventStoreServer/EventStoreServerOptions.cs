using System.Security.Cryptography.X509Certificates;

namespace PbftReference.TestServer;

/// <summary>How a server is to be.</summary>
public sealed record EventStoreServerOptions
{
    /// <summary>The port on 127.0.0.1; 0 (the default) takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The most bytes of data in the events of one append, at least 1. Metadata and types do not count.</summary>
    public int MaxAppendSize { get; init; } = 1_048_576;

    /// <summary>Whether callers need a name and a password, and access control lists hold.</summary>
    public bool Secured { get; init; }

    /// <summary>The users of a secured server.</summary>
    public IReadOnlyList<ServerUser> Users { get; init; } = ServerUser.Defaults;

    /// <summary>With it, with its private key, the server speaks TLS; without it HTTP/2 in clear.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>How long a write of a batch may take, from its first fragment, before it is answered with the error Timeout.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Tells when events are created and how old they are, and runs deadlines and time-outs.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
