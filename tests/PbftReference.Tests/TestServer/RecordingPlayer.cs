using PbftReference.TestServer;
using Xunit;

namespace PbftReference.Tests.TestServer;

/// <summary>Makes the calls of a recording again, on a fresh server, in the recorded order of happenings, and writes down what comes back in the recorder's form.</summary>
internal sealed class RecordingPlayer(Recording recording, RawClient client)
{
    private const string Features = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods";
    private const int Tries = 10;
    private readonly Dictionary<int, RecordedAnswer> _answers = [];

    /// <summary>Plays a recording.</summary>
    /// <returns>The answer to each call, by step.</returns>
    public static async Task<IReadOnlyDictionary<int, RecordedAnswer>> PlayAsync(Recording recording)
    {
        var isTls = recording.Server.StartsWith("TLS", StringComparison.Ordinal);
        using var certificate = isTls ? TestCertificate.Create() : null;
        var size = recording.Server.Contains("max append size 1024", StringComparison.Ordinal) ? 1024 : 1_048_576;
        await using var server = await EventStoreServer.StartAsync(new EventStoreServerOptions { Secured = isTls, Certificate = certificate, MaxAppendSize = size });
        using var client = new RawClient(server.Port, certificate);
        var player = new RecordingPlayer(recording, client);
        foreach (var call in recording.Calls)
        {
            if (!player._answers.ContainsKey(call.Step)) await player.PlayAsync(call);
        }

        return player._answers;
    }

    // Where the server sends a head and resets the call at once, .NET's client may take the reset before it has handed out the head, which then is
    // lost; such a call has changed nothing, and is made again.
    private async Task PlayAsync(RecordedCall recorded)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await PlayOnceAsync(recorded);
                return;
            }
            catch (HttpRequestException e) when (e.InnerException is HttpProtocolException && tries < Tries && IsHeadBeforeReset(recorded))
            {
                // once more
            }
        }
    }

    private static bool IsHeadBeforeReset(RecordedCall recorded) =>
        recorded.Answer.HttpStatus is not null && recorded.Answer.End.StartsWith("transport:", StringComparison.Ordinal) && !recorded.Timeline.Any(happening => happening.StartsWith("C:other-call", StringComparison.Ordinal));

    private async Task PlayOnceAsync(RecordedCall recorded)
    {
        using var call = client.Call(recorded.Path, recorded.RequestHeaders);
        var answer = new Answer(call);
        if (recorded.Timeline.Count == 0) await PlayPlainAsync(recorded, call, answer);
        foreach (var happening in recorded.Timeline) await PlayAsync(recorded, happening, call, answer);
        _answers[recorded.Step] = answer.Done();
    }

    private static async Task PlayPlainAsync(RecordedCall recorded, RawCall call, Answer answer)
    {
        foreach (var frame in recorded.RequestFrames) call.Send(frame);
        call.HalfClose();
        await answer.ReadHeadersAsync();
        await answer.ReadToEndAsync();
    }

    private async Task PlayAsync(RecordedCall recorded, string happening, RawCall call, Answer answer)
    {
        switch (happening.Split('[', '(', ' ') is [var kind, ..] ? kind : "")
        {
            case "C:frame": call.Send(recorded.RequestFrames[Index(happening)]); break;
            case "C:half-close": call.HalfClose(); break;
            case "C:other-call": await PlayAsync(recording.Calls.Single(other => other.Step == Index(happening))); break;
            case "C:reset": await ResetAsync(recorded, call, answer); break;
            case "S:headers": await answer.ReadHeadersAsync(); break;
            case "S:frame": await answer.ReadFrameAsync(); break;
            case "S:end": await answer.ReadToEndAsync(); break;
            case "error" when recorded.Answer.HttpStatus is null:
                await RoundTripAsync(recorded);
                call.Cancel();
                answer.End = recorded.Answer.End;
                break;
            case "error": await answer.ReadResetAsync(); break;
            default: throw new InvalidDataException($"unknown happening {happening}");
        }
    }

    private static int Index(string happening) => int.Parse(new string([.. happening.Where(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture);

    // The recorder waited for a time in which nothing came, and then cut the call off. Here an event is made to come, and must be the next
    // message; where that would change what later calls find, or nothing can be made to come, another call is made meanwhile.
    private async Task ResetAsync(RecordedCall recorded, RawCall call, Answer answer)
    {
        var next = call.ReadAsync();
        var isLast = recording.Calls.All(other => other == recorded || _answers.ContainsKey(other.Step));
        if (isLast && recorded.Path == Requests.Read)
        {
            await AppendSentinelsAsync(recorded);
            var isSentinel = await next is { } frame && frame.AsSpan().IndexOf("sentinel"u8) >= 0;
            if (isSentinel) answer.End = recorded.Answer.End;
            else answer.Frames.Add(await next ?? []);
        }
        else
        {
            await RoundTripAsync(recorded);
            if (!next.IsCompleted) answer.End = recorded.Answer.End;
        }

        call.Cancel();
    }

    private async Task AppendSentinelsAsync(RecordedCall subscription)
    {
        var stream = System.Text.Encoding.UTF8.GetString(WireField.At(subscription.RequestFrames[0], 1, 1, 1, 3));
        using var append = client.Call(Requests.Append, subscription.RequestHeaders);
        append.Send(Requests.AppendAny(stream));
        for (var i = 0; i < 12; i++) append.Send(Requests.Event(Guid.NewGuid(), "sentinel"));
        append.HalfClose();
        Assert.Equal(0, (await append.AllAsync()).Status);
    }

    // On the same connection: what the client sent before, the server has got.
    private async Task RoundTripAsync(RecordedCall recorded)
    {
        using var features = client.Call(Features, recorded.RequestHeaders);
        features.Send([]);
        features.HalfClose();
        Assert.Equal(0, (await features.AllAsync()).Status);
    }

    private sealed class Answer(RawCall call)
    {
        private HttpResponseMessage? _response;

        public List<byte[]> Frames { get; } = [];

        public string End { get; set; } = "no end";

        public async Task ReadHeadersAsync() => _response = await call.HeadersAsync();

        public async Task ReadFrameAsync()
        {
            if (await call.ReadAsync() is { } frame) Frames.Add(frame);
        }

        public async Task ReadToEndAsync()
        {
            while (await call.ReadAsync() is { } frame) Frames.Add(frame);
            End = _response!.TrailingHeaders.Any() ? "server: trailers"
                : _response.Headers.Contains("grpc-status") ? "server: trailers-only (grpc-status in the response headers, no body)"
                : "server: end of body without grpc-status";
        }

        public async Task ReadResetAsync()
        {
            try
            {
                await ReadToEndAsync();
            }
            catch (HttpProtocolException reset)
            {
                End = $"transport: stream/connection error 0x{reset.ErrorCode:x}";
            }
        }

        public RecordedAnswer Done()
        {
            if (_response is null) return new RecordedAnswer(null, new Dictionary<string, string>(), [], Frames, new Dictionary<string, string>(), End);

            string[] others = ["content-length", "date", "server"];
            var headers = _response.Headers.Concat(_response.Content.Headers).ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(',', h.Value));
            return new RecordedAnswer(
                (int)_response.StatusCode,
                headers.Where(h => !others.Contains(h.Key)).ToDictionary(),
                [.. headers.Keys.Intersect(others).Order(StringComparer.Ordinal)],
                Frames,
                End.StartsWith("server", StringComparison.Ordinal) ? _response.TrailingHeaders.ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(',', h.Value)) : new Dictionary<string, string>(),
                End);
        }
    }
}
