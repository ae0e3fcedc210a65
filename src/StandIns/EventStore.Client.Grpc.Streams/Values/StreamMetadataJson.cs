using System.Buffers;
using System.Text.Json;

namespace EventStore.Client;

/// <summary>Stream metadata as JSON: the server's keys begin with <c>$</c>, all others are the user's.</summary>
internal static class StreamMetadataJson
{
    // How a server writes "everything is hidden" into the metadata of a deleted stream.
    private const long Everything = long.MaxValue;

    public static byte[] Write(StreamMetadata metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteNumber(json, "$maxCount", metadata.MaxCount);
            WriteNumber(json, "$maxAge", (long?)metadata.MaxAge?.TotalSeconds);
            WriteNumber(json, "$tb", metadata.TruncateBefore is { } place ? place == StreamPosition.End ? Everything : place.ToInt64() : null);
            WriteNumber(json, "$cacheControl", (long?)metadata.CacheControl?.TotalSeconds);
            WriteAcl(json, metadata.Acl);
            foreach (var property in metadata.CustomMetadata?.RootElement.EnumerateObject() ?? default)
            {
                property.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="JsonException">It is not the JSON of stream metadata.</exception>
    public static StreamMetadata Read(ReadOnlyMemory<byte> text)
    {
        using var json = JsonDocument.Parse(text);
        try
        {
            return Read(json.RootElement);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or OverflowException)
        {
            throw new JsonException("A value of the stream's metadata is not of the type that its key asks for.", exception);
        }
    }

    private static StreamMetadata Read(JsonElement root)
    {
        var custom = root.EnumerateObject()
            .Where(property => property.Name is not ("$maxCount" or "$maxAge" or "$tb" or "$cacheControl" or "$acl"));
        return new StreamMetadata(
            Positive(root, "$maxCount") is { } count ? checked((int)count) : null,
            Seconds(root, "$maxAge"),
            root.TryGetProperty("$tb", out var first) && first.GetInt64() is >= 0 and var place
                ? place == Everything ? StreamPosition.End : new StreamPosition((ulong)place)
                : null,
            Seconds(root, "$cacheControl"),
            root.TryGetProperty("$acl", out var acl) ? ReadAcl(acl) : null,
            JsonSerializer.SerializeToDocument(custom.ToDictionary(property => property.Name, property => property.Value.Clone())));
    }

    // The server ignores what is not positive.
    private static long? Positive(JsonElement root, string key) =>
        root.TryGetProperty(key, out var value) && value.GetInt64() is > 0 and var number ? number : null;

    private static TimeSpan? Seconds(JsonElement root, string key) =>
        Positive(root, key) is { } seconds ? TimeSpan.FromTicks(checked(seconds * TimeSpan.TicksPerSecond)) : null;

    private static StreamAcl ReadAcl(JsonElement acl) =>
        new(Roles(acl, "$r"), Roles(acl, "$w"), Roles(acl, "$d"), Roles(acl, "$mr"), Roles(acl, "$mw"));

    private static string[]? Roles(JsonElement acl, string key) => !acl.TryGetProperty(key, out var roles) ? null
        : roles.ValueKind == JsonValueKind.String ? [roles.GetString()!]
        : [.. roles.EnumerateArray().Select(role => role.GetString()!)];

    private static void WriteNumber(Utf8JsonWriter json, string key, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(key, number);
        }
    }

    private static void WriteAcl(Utf8JsonWriter json, StreamAcl? acl)
    {
        if (acl is null)
        {
            return;
        }

        json.WriteStartObject("$acl");
        foreach (var (key, roles) in new[]
        {
            ("$r", acl.ReadRoles), ("$w", acl.WriteRoles), ("$d", acl.DeleteRoles), ("$mr", acl.MetaReadRoles), ("$mw", acl.MetaWriteRoles),
        })
        {
            if (roles is [var only])
            {
                json.WriteString(key, only);
            }
            else if (roles is not null)
            {
                json.WritePropertyName(key);
                JsonSerializer.Serialize(json, roles);
            }
        }

        json.WriteEndObject();
    }
}
