using System.Text;
using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer;

/// <summary>What somebody wants to do with a stream, with the key that $acl has for it.</summary>
internal enum StreamRight
{
    Read,
    Write,
    Delete,
}

/// <summary>Who calls, and what they may do. A server that is not secured asks nobody.</summary>
internal sealed class AccessControl(EventStoreServerOptions options, StreamStore store)
{
    /// <summary>The group that may do everything.</summary>
    public const string Admins = "$admins";

    private const string Everybody = "$all";

    /// <summary>Reads the credentials of a call.</summary>
    /// <returns>The user; null for somebody without a name.</returns>
    /// <exception cref="GrpcFailure">The name or the password is wrong.</exception>
    /// <exception cref="BareHttpFailure">The header cannot be read.</exception>
    public ServerUser? Authenticate(string? authorization)
    {
        const string basic = "Basic ";
        if (!options.Secured || authorization is null || !authorization.StartsWith(basic, StringComparison.OrdinalIgnoreCase)) return null;

        var (name, password) = Credentials(authorization[basic.Length..]);
        return options.Users.FirstOrDefault(user => user.Name == name && user.Password == password) ?? throw GrpcFailure.Unauthenticated();
    }

    /// <summary>Whether a user may do something with a stream.</summary>
    /// <param name="user">Null for somebody without a name.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="right">What the user wants to do.</param>
    public bool Allows(ServerUser? user, string stream, StreamRight right)
    {
        if (!options.Secured) return true;
        if (user is null) return false;
        if (user.Groups.Contains(Admins)) return true;

        var (owner, key) = SystemNames.IsMetadataStream(stream)
            ? (SystemNames.OwnerOf(stream), right == StreamRight.Read ? "$mr" : "$mw")
            : (stream, right switch { StreamRight.Read => "$r", StreamRight.Write => "$w", StreamRight.Delete => "$d" });
        return store.MetadataOf(owner).Access.TryGetValue(key, out var names)
            ? names.Any(name => name == Everybody || name == user.Name || user.Groups.Contains(name))
            : !SystemNames.IsSystemStream(owner);
    }

    /// <summary>Ends the call where <see cref="Allows"/> says no.</summary>
    /// <exception cref="GrpcFailure">Access is denied.</exception>
    public void Demand(ServerUser? user, string stream, StreamRight right)
    {
        if (!Allows(user, stream, right)) throw GrpcFailure.AccessDenied();
    }

    private static (string Name, string Password) Credentials(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length)) throw new BareHttpFailure(500);

        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return parts.Length == 2 ? (parts[0], parts[1]) : throw new BareHttpFailure(500);
    }
}
