namespace EventStore.Client;

/// <summary>Who may do what with a stream. Null leaves it to the server's defaults.</summary>
/// <param name="readRoles">Users and groups that may read it.</param>
/// <param name="writeRoles">Users and groups that may write to it.</param>
/// <param name="deleteRoles">Users and groups that may delete it.</param>
/// <param name="metaReadRoles">Users and groups that may read its metadata.</param>
/// <param name="metaWriteRoles">Users and groups that may write its metadata.</param>
public sealed class StreamAcl(
    string[]? readRoles = null,
    string[]? writeRoles = null,
    string[]? deleteRoles = null,
    string[]? metaReadRoles = null,
    string[]? metaWriteRoles = null)
{
#pragma warning disable CA1819 // Arrays, as in the package.
    /// <summary>Users and groups that may read it.</summary>
    public string[]? ReadRoles { get; } = readRoles;

    /// <summary>Users and groups that may write to it.</summary>
    public string[]? WriteRoles { get; } = writeRoles;

    /// <summary>Users and groups that may delete it.</summary>
    public string[]? DeleteRoles { get; } = deleteRoles;

    /// <summary>Users and groups that may read its metadata.</summary>
    public string[]? MetaReadRoles { get; } = metaReadRoles;

    /// <summary>Users and groups that may write its metadata.</summary>
    public string[]? MetaWriteRoles { get; } = metaWriteRoles;
#pragma warning restore CA1819
}
