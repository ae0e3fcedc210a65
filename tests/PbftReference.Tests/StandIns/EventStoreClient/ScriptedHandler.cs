using System.Net;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Stands where a connection would be: notes every request, and answers it in reads of a few bytes.</summary>
internal sealed class ScriptedHandler(Func<Request, CancellationToken, Task<Answer>> answer) : HttpMessageHandler
{
    private const string Features = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods";

    private readonly List<Request> _requests = [];

    public ScriptedHandler(Func<Request, Answer> answer)
        : this((request, _) => Task.FromResult(answer(request)))
    {
    }

    /// <summary>Answers every call alike, and connecting as a server without a special opinion does.</summary>
    public ScriptedHandler(Answer answer)
        : this(request => IsConnecting(request) ? Answer.Features : answer)
    {
    }

    /// <summary>The requests, in order.</summary>
    public IReadOnlyList<Request> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The requests without those for connecting.</summary>
    public IReadOnlyList<Request> Calls => [.. Requests.Where(request => !IsConnecting(request))];

    public static bool IsConnecting(Request request) => request.Uri.AbsolutePath == Features;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(CancellationToken.None);
        var headers = request.Headers.Concat(request.Content.Headers).ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(",", header.Value));
        var noted = new Request(request.RequestUri!, request.Version, request.Method.Method, headers, body);
        lock (_requests)
        {
            _requests.Add(noted);
        }

        return Response(request, await answer(noted, cancellationToken));
    }

    private static HttpResponseMessage Response(HttpRequestMessage request, Answer answer)
    {
        var response = new HttpResponseMessage((HttpStatusCode)answer.HttpStatus)
        {
            RequestMessage = request,
            Version = HttpVersion.Version20,
            Content = new StreamContent(new DrippingStream(answer.Body(), answer.StaysOpen)),
        };
        foreach (var (name, value) in answer.Headers)
        {
            (name == "content-type" ? response.Content.Headers : (System.Net.Http.Headers.HttpHeaders)response.Headers).TryAddWithoutValidation(name, value);
        }

        foreach (var (name, value) in answer.Trailers)
        {
            response.TrailingHeaders.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    /// <summary>Gives one byte, then two, then three, and so on, and in the end nothing, or nothing until the reader gives up.</summary>
    private sealed class DrippingStream(byte[] bytes, bool staysOpen) : MemoryStream(bytes)
    {
        private int _next = 1;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer[..Math.Min(buffer.Length, _next++)], cancellationToken);
            if (read == 0 && staysOpen && buffer.Length > 0)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return read;
        }
    }
}
