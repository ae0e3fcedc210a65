using System.Security.Cryptography;
using System.Text;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>
/// What a directory says in <c>run.json</c>, for logs in a database: a stream <c>run-&lt;cluster&gt;</c> whose only event holds that text.
/// </summary>
public static class StoredManifest
{
    /// <summary>The type of its event.</summary>
    public const string Type = "run-manifest/1";

    /// <summary>The clusters of a store that have a manifest, in ordinal order.</summary>
    public static IReadOnlyList<string> Clusters(IEventStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return [.. store.Streams().Where(stream => LogStreams.TryParseManifest(stream, out _)).Select(stream => LogStreams.TryParseManifest(stream, out var cluster) ? cluster : "")];
    }

    /// <summary>The manifest of a cluster; null if there is none.</summary>
    public static string? Read(IEventStore store, string cluster)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ReadBackwards(LogStreams.OfManifest(cluster), maxCount: 1).FirstOrDefault() is { Type: Type } found ? Encoding.UTF8.GetString(found.Data.Span) : null;
    }

    /// <summary>Writes a manifest; one that is there with the same text is left.</summary>
    /// <exception cref="WrongExpectedRevisionException">There is one with another text: the name is taken.</exception>
    public static void Write(IEventStore store, string cluster, string text)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(text);
        var (stream, data) = (LogStreams.OfManifest(cluster), Encoding.UTF8.GetBytes(text));
        var id = new Guid(SHA256.HashData([.. Encoding.UTF8.GetBytes(stream), 0, .. data]).AsSpan(0, 16));
        store.Append(stream, ExpectedRevision.NoStream, [new EventToAppend(id, Type, data, default)]);
    }
}
