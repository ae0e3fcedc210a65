using Microsoft.AspNetCore.Http;
using PbftReference.TestServer.Faults;
using PbftReference.TestServer.Services;

namespace PbftReference.TestServer;

/// <summary>What is not gRPC: whether the server lives, what it is, and faults on demand for those who do not run it in their own process.</summary>
internal sealed class SideDoors(EventStoreServer server)
{
    private readonly FaultCommands _faults = new(server.Faults);

    /// <summary>Serves a request; false where it is none of these.</summary>
    public async Task<bool> TryServeAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        switch (http.Request.Method, path)
        {
            case ("GET", "/health/live"):
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return true;
            case ("GET", "/info"):
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync($$"""{"esVersion":"{{InfoServices.Version}}","state":"leader"}""");
                return true;
            case ("POST", "/restart"):
                // There is no answer: this call breaks with all others.
                _ = Task.Run(server.RestartAsync);
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return true;
            case ("POST", _) when path.StartsWith(FaultCommands.Path, StringComparison.Ordinal):
                var (isGood, answer) = _faults.Obey(path[FaultCommands.Path.Length..], http.Request.Query);
                await AnswerAsync(http, isGood ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest, answer + "\n");
                return true;
            default:
                return false;
        }
    }

    private static async Task AnswerAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text);
        await http.Response.CompleteAsync();
    }
}
