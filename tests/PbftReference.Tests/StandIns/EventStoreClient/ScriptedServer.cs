using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>A real HTTP/2 server on loopback that answers as it is told.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ScriptedServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public string Authority => Address.Authority;

    /// <summary>Starts a server.</summary>
    /// <param name="answer">Answers a call; null to break the connection off.</param>
    /// <param name="certificate">The certificate to show; null for no TLS.</param>
    /// <param name="onEnd">Told when a caller ends a call that stays open.</param>
    public static async Task<ScriptedServer> Start(Func<Request, Answer?> answer, X509Certificate2? certificate = null, Action? onEnd = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // A test that ends leaves calls open.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var application = builder.Build();
        application.Run(context => Play(context, answer, onEnd));
        await application.StartAsync();
        return new ScriptedServer(application);
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private static async Task Play(HttpContext context, Func<Request, Answer?> script, Action? onEnd)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        var uri = new Uri($"{context.Request.Scheme}://{context.Request.Host}{context.Request.Path}");
        if (script(new Request(uri, new Version(2, 0), context.Request.Method, headers, body.ToArray())) is not { } answer)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.HttpStatus;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (answer.Frames.Count + answer.Trailers.Count > 0 || answer.StaysOpen)
        {
            await context.Response.StartAsync();
            await context.Response.BodyWriter.WriteAsync(answer.Body());
            foreach (var (name, value) in answer.Trailers)
            {
                context.Response.AppendTrailer(name, value);
            }
        }

        if (answer.StaysOpen)
        {
            var gone = new TaskCompletionSource();
            context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            onEnd?.Invoke();
        }
    }
}
