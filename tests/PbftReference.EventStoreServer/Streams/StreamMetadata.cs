using System.Text.Json;

namespace PbftReference.TestServer.Streams;

/// <summary>What the server heeds of a stream's metadata. A value that is not positive ($tb: negative) is as good as none.</summary>
/// <param name="MaxCount">How many events stay visible; null: all.</param>
/// <param name="MaxAge">How long an event stays visible; null: for ever.</param>
/// <param name="TruncateBefore">The first visible revision; null: 0.</param>
/// <param name="Access">Who may do what, by the keys $r, $w, $d, $mr and $mw; a key that is missing leaves it to the defaults.</param>
internal sealed record StreamMetadata(long? MaxCount, TimeSpan? MaxAge, long? TruncateBefore, IReadOnlyDictionary<string, IReadOnlyList<string>> Access)
{
    private static readonly string[] AccessKeys = ["$r", "$w", "$d", "$mr", "$mw"];

    /// <summary>No metadata at all.</summary>
    public static StreamMetadata None { get; } = new(null, null, null, new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>Whether the stream was deleted softly.</summary>
    public bool IsSoftDeleted => TruncateBefore == SystemNames.Deleted;

    /// <summary>Reads the data of a metadata event. One value of a wrong type, or no JSON at all, makes all of it count as none.</summary>
    public static StreamMetadata Read(StoredEvent newest)
    {
        if (!newest.IsJson || newest.Type != SystemNames.MetadataType) return None;

        try
        {
            using var json = JsonDocument.Parse(newest.Data);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return None;
        }
    }

    private static StreamMetadata Read(JsonElement json)
    {
        long? Number(string key, long least) =>
            json.TryGetProperty(key, out var value) && value.GetInt64() is var number && number >= least ? number : null;

        var age = Number("$maxAge", 1);
        return new StreamMetadata(
            Number("$maxCount", 1), age is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Number("$tb", 0), ReadAccess(json));
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadAccess(JsonElement json)
    {
        var access = new Dictionary<string, IReadOnlyList<string>>();
        if (!json.TryGetProperty("$acl", out var acl)) return access;

        foreach (var key in AccessKeys)
        {
            if (!acl.TryGetProperty(key, out var names)) continue;
            access[key] = names.ValueKind == JsonValueKind.Array ? [.. names.EnumerateArray().Select(Name)] : [Name(names)];
        }

        return access;
    }

    private static string Name(JsonElement name) => name.GetString() ?? throw new JsonException("a name is null");
}
