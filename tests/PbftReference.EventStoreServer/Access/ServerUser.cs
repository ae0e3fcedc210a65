namespace PbftReference.TestServer;

/// <summary>A user of a secured server.</summary>
/// <param name="Name">The login name.</param>
/// <param name="Password">The password.</param>
/// <param name="Groups">The groups; "$admins" may do everything.</param>
public sealed record ServerUser(string Name, string Password, params IReadOnlyList<string> Groups)
{
    /// <summary>The users that EventStoreDB has from the start: admin and ops, with the password "changeit".</summary>
    public static IReadOnlyList<ServerUser> Defaults { get; } =
        [new("admin", "changeit", AccessControl.Admins), new("ops", "changeit", "$ops")];
}
