using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace PbftReference.Tests.TestServer;

/// <summary>A file of snapshots/eventstoredb: calls to a real server with its answers.</summary>
internal sealed record Recording(string Name, string Server, IReadOnlyList<RecordedCall> Calls, IReadOnlyList<VolatileField> Volatile)
{
    private static readonly string Directory = Path.Combine(RepositoryRoot.Path, "snapshots", "eventstoredb");

    public static IEnumerable<string> Names => System.IO.Directory.GetFiles(Directory, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);

    public static Recording Read(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Directory, name + ".json")));
        var root = json.RootElement;
        var calls = root.TryGetProperty("steps", out var steps) ? steps.EnumerateArray().Select(RecordedCall.Read) : [RecordedCall.Read(root)];
        return new Recording(
            root.GetProperty("name").GetString()!, root.GetProperty("server").GetString()!, [.. calls],
            [.. root.GetProperty("volatile").EnumerateArray().Where(v => v.TryGetProperty("fieldNumbers", out _)).Select(VolatileField.Read)]);
    }
}

/// <summary>One call: what was sent, what came back, in which order.</summary>
internal sealed record RecordedCall(
    int Step, string Path, IReadOnlyDictionary<string, string> RequestHeaders, IReadOnlyList<byte[]> RequestFrames, RecordedAnswer Answer,
    IReadOnlyList<string> Timeline)
{
    public static RecordedCall Read(JsonElement call) => new(
        call.TryGetProperty("step", out var step) ? step.GetInt32() : 1,
        call.GetProperty("path").GetString()!,
        Texts(call.GetProperty("requestHeaders")),
        [.. call.GetProperty("requestFrames").EnumerateArray().Select(Frame)],
        new RecordedAnswer(
            call.GetProperty("httpStatus") is { ValueKind: JsonValueKind.Number } status ? status.GetInt32() : null,
            Texts(call.GetProperty("responseHeaders")),
            [.. call.GetProperty("omittedResponseHeaders").EnumerateArray().Select(name => name.GetString()!)],
            [.. call.GetProperty("responseFrames").EnumerateArray().Select(Frame)],
            Texts(call.GetProperty("trailers")),
            call.GetProperty("end").GetString()!),
        call.TryGetProperty("timeline", out var timeline) ? [.. timeline.EnumerateArray().Select(entry => entry.GetString()!)] : []);

    private static Dictionary<string, string> Texts(JsonElement json) => json.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);

    private static byte[] Frame(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String) return Convert.FromHexString(json.GetString()!);

        byte[] Part(string name) => Convert.FromHexString(json.GetProperty(name).GetString()!);
        var fill = Enumerable.Repeat(Part("fillByteHex").Single(), json.GetProperty("fillCount").GetInt32());
        byte[] frame = [.. Part("prefixHex"), .. fill, .. Part("suffixHex")];
        if (!Convert.ToHexStringLower(SHA256.HashData(frame)).Equals(json.GetProperty("sha256").GetString(), StringComparison.Ordinal))
        {
            throw new InvalidDataException("a frame is not the one that was recorded");
        }

        return frame;
    }
}

/// <summary>What came back of a call.</summary>
/// <param name="HttpStatus">Null where no headers came.</param>
/// <param name="Headers">Those of gRPC.</param>
/// <param name="OtherHeaders">The names of the others.</param>
/// <param name="Frames">The messages.</param>
/// <param name="Trailers">After the messages.</param>
/// <param name="End">How the call ended, in the recorder's words.</param>
internal sealed record RecordedAnswer(
    int? HttpStatus, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<string> OtherHeaders, IReadOnlyList<byte[]> Frames,
    IReadOnlyDictionary<string, string> Trailers, string End);

/// <summary>A field that differs from run to run.</summary>
/// <param name="Step">The call.</param>
/// <param name="Frame">Which message of the answer.</param>
/// <param name="Path">The field numbers that lead to it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where its value begins in the recorded message, which tells repeated fields apart.</param>
internal sealed record VolatileField(int Step, int Frame, IReadOnlyList<uint> Path, string Kind, int Offset)
{
    public static VolatileField Read(JsonElement json) => new(
        json.GetProperty("step").GetInt32(),
        json.GetProperty("responseFrame").GetInt32(),
        [.. json.GetProperty("fieldNumbers").GetString()!.Split('.').Select(number => uint.Parse(number, CultureInfo.InvariantCulture))],
        json.GetProperty("kind").GetString()!,
        json.GetProperty("byteOffset").GetInt32());
}
