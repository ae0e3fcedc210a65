using System.ComponentModel;
using System.Diagnostics;
using PbftReference.TestServer;
using Xunit;

namespace PbftReference.Tests.TestServer;

/// <summary>The server under the official client for Node, @eventstore/db-client 6.2.1: tests/npm-client/conformance.mjs, which none of the server's own code helps.</summary>
public class NpmClientTests
{
    private static readonly string[] Appends =
        [
        "expected no stream", "expected any", "expected stream exists", "expected revision", "wrong version", "idempotent retry at a revision",
        "idempotent retry with any", "too much data", "1,000 events in batches",
        ];

    private static readonly string[] Others =
        [
        "read forwards", "read backwards", "read with limits", "read of a missing stream", "read of all", "metadata with $maxCount", "metadata with $tb",
        "soft delete", "delete with a wrong version", "tombstone", "subscription: history, caught up, live", "subscription after a revision",
        "subscription to a missing stream", "subscription to a stream that is deleted",
        ];

    private static readonly string[] SecuredOnly = ["secured: a wrong password is refused", "secured: what an access control list denies"];

    [Fact]
    public async Task The_official_client_finds_everything_as_it_expects_it()
    {
        await using var server = await EventStoreServer.StartAsync(new EventStoreServerOptions());

        var (lines, exitCode) = await RunAsync(server.ConnectionString);

        Assert.Equal(Expected(), lines);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task The_official_client_finds_it_so_over_TLS_with_credentials_too()
    {
        using var certificate = TestCertificate.Create();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
            await using var server = await EventStoreServer.StartAsync(new EventStoreServerOptions { Secured = true, Certificate = certificate });

            var (lines, exitCode) = await RunAsync($"esdb://admin:changeit@127.0.0.1:{server.Port}?tls=true&tlsCAFile={file}", "--secured");

            Assert.Equal([.. Expected(), .. SecuredOnly.Select(name => "ok " + name)], lines);
            Assert.Equal(0, exitCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_check_that_fails_is_told_and_ends_the_script_with_1()
    {
        await using var server = await EventStoreServer.StartAsync(new EventStoreServerOptions { MaxAppendSize = 100 });

        var (lines, exitCode) = await RunAsync(server.ConnectionString);

        Assert.Contains(lines, line => line.StartsWith("FAILED Append: 1,000 events in batches: ", StringComparison.Ordinal));
        Assert.Contains("ok Append: expected no stream", lines);
        Assert.Equal(1, exitCode);
    }

    private static IEnumerable<string> Expected() =>
        Appends.Select(name => "ok BatchAppend: " + name).Concat(Appends.Select(name => "ok Append: " + name)).Concat(Others.Select(name => "ok " + name));

    private static async Task<(IReadOnlyList<string> Lines, int ExitCode)> RunAsync(params string[] arguments)
    {
        var directory = Path.Combine(RepositoryRoot.Path, "tests", "npm-client");
        Assert.True(
            File.Exists(Path.Combine(directory, "node_modules", "@eventstore", "db-client", "package.json")),
            "The packages of tests/npm-client are missing. 'dotnet test' installs them, with npm and access to a package registry; by hand: 'npm ci' in tests/npm-client.");
        var start = new ProcessStartInfo("node", ["conformance.mjs", .. arguments])
        {
            WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            using var node = Process.Start(start)!;
            var errors = node.StandardError.ReadToEndAsync();
            var output = await node.StandardOutput.ReadToEndAsync();
            await node.WaitForExitAsync();
            Assert.True(output.Length > 0, await errors);
            return (output.Split('\n', StringSplitOptions.RemoveEmptyEntries), node.ExitCode);
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("node cannot be run. Install it: 'apt-get install nodejs npm' as root on Debian and Ubuntu.", missing);
        }
    }
}
