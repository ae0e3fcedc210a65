using System.Text.Json;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>A call that was recorded with a real server: see snapshots/eventstoredb/README.md.</summary>
internal sealed record FixtureStep(
    string Fixture,
    int Number,
    string Path,
    IReadOnlyDictionary<string, string> RequestHeaders,
    IReadOnlyList<byte[]> RequestFrames,
    Answer Answer,
    bool HasAnswer)
{
    public string Id => $"{Fixture}/{Number}";

    public string Method => Path[(Path.LastIndexOf('/') + 1)..];

    public bool IsSubscription => Method == "Read" && RequestFrames.Count == 1 && Options?.Message(6) is not null;

    public bool GrpcSuccess() => Answer.GrpcStatus == "0";

    /// <summary>The only message of a read, if it can be read.</summary>
    public ProtoTree? Options => RequestFrames is [var frame] && ProtoTree.TryParse(frame) is { } request ? request.Message(1) : null;
}

/// <summary>The recorded calls.</summary>
internal static class Fixture
{
    private static readonly string Directory = Path.Combine(RepositoryRoot.Path, "snapshots", "eventstoredb");
    private static readonly Dictionary<string, FixtureStep> ById = All().ToDictionary(step => step.Id);

    public static IReadOnlyCollection<FixtureStep> Steps => ById.Values;

    public static FixtureStep Step(string id) => ById[id];

    private static IEnumerable<FixtureStep> All()
    {
        foreach (var path in System.IO.Directory.EnumerateFiles(Directory, "*.json").Order(StringComparer.Ordinal))
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = file.RootElement;
            var name = root.GetProperty("name").GetString()!;
            foreach (var step in root.TryGetProperty("steps", out var steps) ? steps.EnumerateArray().ToArray() : [root])
            {
                yield return Read(name, step);
            }
        }
    }

    private static FixtureStep Read(string name, JsonElement step)
    {
        var end = step.GetProperty("end").GetString()!;
        var hasAnswer = step.GetProperty("httpStatus").ValueKind == JsonValueKind.Number;
        var answer = new Answer(
            hasAnswer ? step.GetProperty("httpStatus").GetInt32() : 0,
            Texts(step.GetProperty("responseHeaders")),
            [.. step.GetProperty("responseFrames").EnumerateArray().Select(Bytes)],
            Texts(step.GetProperty("trailers")),
            StaysOpen: end.StartsWith("client-reset", StringComparison.Ordinal));
        return new FixtureStep(
            name,
            step.TryGetProperty("step", out var number) ? number.GetInt32() : 1,
            step.GetProperty("path").GetString()!,
            Texts(step.GetProperty("requestHeaders")),
            [.. step.GetProperty("requestFrames").EnumerateArray().Select(Bytes)],
            answer,
            hasAnswer);
    }

    private static Dictionary<string, string> Texts(JsonElement texts) => texts.ValueKind == JsonValueKind.Object
        ? texts.EnumerateObject().ToDictionary(text => text.Name, text => text.Value.GetString()!)
        : [];

    // A long run of one byte is written as its length.
    private static byte[] Bytes(JsonElement frame)
    {
        if (frame.ValueKind == JsonValueKind.String)
        {
            return Convert.FromHexString(frame.GetString()!);
        }

        var run = new byte[frame.GetProperty("fillCount").GetInt32()];
        run.AsSpan().Fill(Convert.FromHexString(frame.GetProperty("fillByteHex").GetString()!)[0]);
        return [
            .. Convert.FromHexString(frame.GetProperty("prefixHex").GetString()!),
            .. run,
            .. Convert.FromHexString(frame.GetProperty("suffixHex").GetString()!),
        ];
    }
}
