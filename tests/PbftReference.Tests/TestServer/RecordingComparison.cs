using System.Globalization;

namespace PbftReference.Tests.TestServer;

/// <summary>Holds answers against a recording. What differs from run to run may differ, but not anyhow: positions keep their order, and equal ones stay equal.</summary>
internal sealed class RecordingComparison(Recording recording)
{
    /// <summary>Texts of the recorded server's gRPC library, not of EventStoreDB: they may differ, the status may not.</summary>
    private static readonly string[] LibraryTexts =
        ["Exception was thrown by handler.", "Incomplete message.", "Deadline Exceeded", "Method is unimplemented.", "Content-Type 'application/json' is not supported."];

    private readonly List<(int Step, string What)> _differences = [];
    private readonly SortedDictionary<long, long> _positions = [];
    private readonly Dictionary<string, string> _ids = [];

    /// <summary>Compares.</summary>
    /// <returns>The differences, by step.</returns>
    public static IReadOnlyList<(int Step, string What)> Differences(Recording recording, IReadOnlyDictionary<int, RecordedAnswer> answers)
    {
        var comparison = new RecordingComparison(recording);
        foreach (var call in recording.Calls) comparison.Compare(call, answers[call.Step]);
        comparison.ComparePositions();
        return comparison._differences;
    }

    private void Compare(RecordedCall call, RecordedAnswer actual)
    {
        var recorded = call.Answer;
        Same(call.Step, "HTTP status", recorded.HttpStatus, actual.HttpStatus);
        Same(call.Step, "headers", Text(recorded.Headers, recorded), Text(actual.Headers, recorded));
        Same(call.Step, "other headers", string.Join(' ', recorded.OtherHeaders), string.Join(' ', actual.OtherHeaders));
        Same(call.Step, "trailers", Text(recorded.Trailers, recorded), Text(actual.Trailers, recorded));
        Same(call.Step, "end", EndKind(recorded.End), EndKind(actual.End));
        Same(call.Step, "count of messages", recorded.Frames.Count, actual.Frames.Count);
        for (var i = 0; i < Math.Min(recorded.Frames.Count, actual.Frames.Count); i++) CompareFrame(call.Step, i, recorded.Frames[i], actual.Frames[i]);
    }

    private void CompareFrame(int step, int index, byte[] recorded, byte[] actual)
    {
        var fields = recording.Volatile.Where(field => field.Step == step && field.Frame == index).ToList();
        var paths = fields.ConvertAll(field => MaskedMessage.Locate(recorded, field));
        var (expected, got) = (MaskedMessage.Of(recorded, paths), MaskedMessage.Of(actual, paths));
        Same(step, $"message {index}", expected.Text, got.Text);
        if (expected.Text != got.Text) return;

        for (var i = 0; i < fields.Count; i++) CompareVolatile(step, fields[i].Kind, expected.Values[i], got.Values[i]);
    }

    private void CompareVolatile(int step, string kind, string recorded, string actual)
    {
        switch (kind)
        {
            case "position":
                var (key, value) = (long.Parse(recorded, CultureInfo.InvariantCulture), long.Parse(actual, CultureInfo.InvariantCulture));
                Same(step, $"position recorded as {recorded}", _positions.GetValueOrDefault(key, value), value);
                _positions[key] = value;
                break;
            case "server-generated-event-id":
                Same(step, $"id recorded as {recorded}", _ids.GetValueOrDefault(recorded, actual), actual);
                _ids[recorded] = actual;
                Same(step, "form of an id", true, Guid.TryParseExact(actual, "D", out _));
                break;
            case "subscription-id": Same(step, "form of a subscription's id", true, Guid.TryParseExact(actual, "D", out _)); break;
            case "ticks": Same(step, "digits of a time", recorded.Length, actual.Length); break;
            case "timestamp" or "port" or "uuid": Same(step, $"a {kind} is given", true, actual != "0"); break;
            default: throw new InvalidDataException($"unknown kind of field: {kind}");
        }
    }

    private void ComparePositions()
    {
        var actual = _positions.Values.ToList();
        Same(recording.Calls[^1].Step, "positions in their recorded order", true, actual.SequenceEqual(actual.Distinct().Order()));
    }

    private static string EndKind(string end) => end.Split(" (")[0];

    private static string Text(IReadOnlyDictionary<string, string> headers, RecordedAnswer recorded)
    {
        var isLibrarys = recorded.Headers.Concat(recorded.Trailers).Any(h => h.Key == "grpc-message" && LibraryTexts.Contains(h.Value));
        return string.Join(
            '\n', headers.OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => isLibrarys && h.Key == "grpc-message" ? h.Key : $"{h.Key}: {h.Value}"));
    }

    private void Same<T>(int step, string what, T recorded, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(recorded, actual)) _differences.Add((step, $"{recording.Name}, step {step}, {what}:\n  recorded {recorded}\n  got      {actual}"));
    }
}
