namespace PbftReference.TestServer.Streams;

/// <summary>Names with a meaning for the server.</summary>
internal static class SystemNames
{
    /// <summary>The stream of all events, which nobody writes to.</summary>
    public const string All = "$all";

    /// <summary>Type of the events that hold a stream's metadata.</summary>
    public const string MetadataType = "$metadata";

    /// <summary>Type of the event that a tombstone is.</summary>
    public const string StreamDeletedType = "$streamDeleted";

    /// <summary>Revision of a tombstone, and the $tb of a stream that was deleted softly.</summary>
    public const long Deleted = long.MaxValue;

    private const string MetadataPrefix = "$$";

    /// <summary>Whether it is the stream of another's metadata.</summary>
    public static bool IsMetadataStream(string stream) => stream.StartsWith(MetadataPrefix, StringComparison.Ordinal);

    /// <summary>Whether it is one of the server's own streams.</summary>
    public static bool IsSystemStream(string stream) => stream.StartsWith('$');

    /// <summary>The stream that holds a stream's metadata.</summary>
    public static string MetadataStreamOf(string stream) => MetadataPrefix + stream;

    /// <summary>The stream whose metadata a stream holds.</summary>
    public static string OwnerOf(string metadataStream) => metadataStream[MetadataPrefix.Length..];

    /// <summary>Whether events can be appended to a stream of this name.</summary>
    public static bool CanBeWritten(string stream) => stream is not ("" or All or MetadataPrefix);
}
