using Xunit;

namespace PbftReference.Tests.TestServer;

/// <summary>The server against what a real EventStoreDB 23.10.6 answered: 77 recordings, 321 calls, every frame, header and trailer.</summary>
public class RecordingTests
{
    public static TheoryData<string> Names => [.. Recording.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_call_is_answered_as_it_was_recorded(string name)
    {
        var recording = Recording.Read(name);

        var answers = await RecordingPlayer.PlayAsync(recording);

        var differences = RecordingComparison.Differences(recording, answers);
        Assert.True(differences.Count == 0, string.Join("\n", differences.Select(difference => difference.What)));
    }

    [Fact]
    public void There_are_77_recordings_of_321_calls()
    {
        var recordings = Recording.Names.Select(Recording.Read).ToList();
        Assert.Equal((77, 321), (recordings.Count, recordings.Sum(recording => recording.Calls.Count)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_recording_in_which_anything_was_changed_is_not_matched(string name)
    {
        var recording = Recording.Read(name);
        var answers = await RecordingPlayer.PlayAsync(recording);

        foreach (var call in recording.Calls)
        {
            foreach (var changed in Changes(recording, call))
            {
                var altered = recording with { Calls = [.. recording.Calls.Select(other => other == call ? call with { Answer = changed } : other)] };
                Assert.Contains(RecordingComparison.Differences(altered, answers), difference => difference.Step == call.Step);
            }
        }
    }

    private static IEnumerable<RecordedAnswer> Changes(Recording recording, RecordedCall call)
    {
        var answer = call.Answer;
        yield return answer with { HttpStatus = (answer.HttpStatus ?? 0) + 1 };
        yield return answer with { End = "server: something else" };
        yield return answer with { Headers = With(answer.Headers, "exception", "something-else") };
        yield return answer with { Trailers = With(answer.Trailers, "grpc-status", "99") };
        yield return answer with { Frames = [.. answer.Frames, [0x08, 0x01]] };
        for (var i = 0; i < answer.Frames.Count; i++)
        {
            // A field more at the end of a message, and a message less.
            yield return answer with { Frames = [.. answer.Frames.Select((frame, at) => at == i ? [.. frame, 0x78, 0x01] : frame)] };
        }

        if (answer.Frames.Count > 0 && !recording.Volatile.Any(field => field.Step == call.Step)) yield return answer with { Frames = [.. answer.Frames.Skip(1)] };
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> headers, string key, string value) => new(headers) { [key] = value };
}
