using System.Diagnostics;
using PbftReference.TestServer;
using Xunit;

namespace PbftReference.Tests.TestServer;

/// <summary>The server as a process of its own: its arguments, its end, and its faults by requests.</summary>
public class ServerProgramTests
{
    [Theory]
    [InlineData("unknown argument --prot", "--prot", "2113")]
    [InlineData("--port needs a value", "--port")]
    [InlineData("--port takes a number from 0 to 65535, not 70000", "--port", "70000")]
    [InlineData("--max-append-size takes a number from 1 to 16777216, not 0", "--max-append-size", "0")]
    [InlineData("--certificate and --key go together", "--certificate", "a.pem")]
    [InlineData("--secure needs --certificate and --key", "--secure")]
    [InlineData("the certificate missing.pem with the key missing.key cannot be used", "--certificate", "missing.pem", "--key", "missing.key")]
    public async Task Wrong_arguments_end_it_with_64_and_say_what_is_wrong(string says, params string[] arguments)
    {
        using var program = new ServerProgram(arguments);

        var (exitCode, errors) = await program.EndAsync();

        Assert.Equal(64, exitCode);
        Assert.StartsWith(says, errors, StringComparison.Ordinal);
        Assert.Contains("usage: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_ends_it_with_1_and_is_named()
    {
        await using var other = await EventStoreServer.StartAsync(new EventStoreServerOptions());
        using var program = new ServerProgram("--port", $"{other.Port}");

        var (exitCode, errors) = await program.EndAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains($"{other.Port}", errors, StringComparison.Ordinal);
        Assert.Contains("in use", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task It_prints_its_address_and_runs_until_it_is_told_to_end(string signal)
    {
        using var program = new ServerProgram("--port", "0");
        var port = await program.PortAsync();
        using var http = new HttpClient { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var live = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health/live"));
        Assert.Equal(204, (int)live.StatusCode);

        program.Signal(signal);

        Assert.Equal((0, ""), await program.EndAsync());
    }

    [Fact]
    public async Task With_a_certificate_in_files_it_speaks_TLS()
    {
        using var certificate = TestCertificate.Create();
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var (file, key) = (Path.Combine(directory.FullName, "server.pem"), Path.Combine(directory.FullName, "server.key"));
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(key, System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!.ExportPkcs8PrivateKeyPem());
            using var program = new ServerProgram("--port", "0", "--secure", "--certificate", file, "--key", key);
            var port = await program.PortAsync();
            using var client = new RawClient(port, certificate);

            // Nobody without a name may read.
            using var read = client.Call(Requests.Read, Requests.Forwards("s"));
            Assert.Equal(7, (await read.AllAsync()).Status);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Faults_can_be_asked_for_by_requests()
    {
        await using var bench = await FaultBench.StartAsync();
        async Task<(int, string)> Post(string path) => await bench.Client.PlainAsync(HttpMethod.Post, path);

        Assert.Equal((200, "TooBusy waits for its append\n"), await Post("/faults/append/toobusy?every=2"));
        Assert.Equal(0, await bench.StatusAsync(bench.Append("0")));
        Assert.Equal(14, await bench.StatusAsync(bench.Append("1")));
        Assert.Equal((200, "no faults any more\n"), await Post("/faults/clear"));
        Assert.Equal(0, await bench.StatusAsync(bench.Append("2")));

        Assert.Equal((200, "TooSlowAfterEvents waits for its read\n"), await Post("/faults/read/TooSlowAfterEvents?count=1&next=2"));
        Assert.Equal(["0", "2"], await bench.DataAsync());
        Assert.Equal(10, await bench.StatusAsync(bench.Client.Call(Requests.Read, Requests.Forwards("s"))));

        await Post("/faults/append/HoldBeforeCommit");
        var held = bench.Append("3");
        Assert.Equal((200, "released\n"), await Post("/faults/release"));
        Assert.Equal(0, await bench.StatusAsync(held));
    }

    [Fact]
    public async Task A_restart_can_be_asked_for_by_a_request_which_breaks_with_all_other_calls()
    {
        await using var bench = await FaultBench.StartAsync();
        Assert.Equal(0, await bench.StatusAsync(bench.Append("kept")));
        using var subscription = bench.Client.Call(Requests.Read, Requests.Subscribe("other"));
        Assert.NotNull(await subscription.ReadAsync());

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => bench.Client.PlainAsync(HttpMethod.Post, "/restart"));

        await bench.AssertDroppedAsync(subscription);
        await bench.Server.ResumeAsync();
        Assert.Equal(["kept"], await bench.DataAsync());
    }

    [Theory]
    [InlineData("/faults/append/nothing", "no such fault: nothing. There are DropBeforeCommit, ")]
    [InlineData("/faults/append/TooBusy?every=0", "k ('0') must be greater than or equal to '1'")]
    [InlineData("/faults/append/TooBusy?next=x", "next is no number: x")]
    [InlineData("/faults/read/Trickle?count=0", "count ('0') must be greater than or equal to '1'")]
    [InlineData("/faults/append/DropAfterCommit?scope=all", "no such fault: all")]
    [InlineData("/faults/nothing", "no such command: nothing")]
    public async Task A_request_for_a_fault_that_cannot_be_is_refused_and_told_why(string path, string says)
    {
        await using var bench = await FaultBench.StartAsync();

        var (status, text) = await bench.Client.PlainAsync(HttpMethod.Post, path);

        Assert.Equal(400, status);
        Assert.StartsWith(says, text, StringComparison.Ordinal);
        Assert.Equal(0, await bench.StatusAsync(bench.Append("met by no fault")));
    }

    /// <summary>The program's process. It is killed with the test, at the latest.</summary>
    private sealed class ServerProgram : IDisposable
    {
        private readonly Process _process;
        private readonly Task<string> _errors;

        public ServerProgram(params string[] arguments)
        {
            var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "PbftReference.EventStoreServer.dll"), .. arguments])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            };
            _process = Process.Start(start)!;
            _errors = _process.StandardError.ReadToEndAsync();
        }

        public async Task<int> PortAsync()
        {
            var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await _errors);
            return new Uri(line[line.IndexOf("esdb://", StringComparison.Ordinal)..]).Port;
        }

        public void Signal(string signal)
        {
            using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
            kill.WaitForExit();
        }

        public async Task<(int ExitCode, string Errors)> EndAsync()
        {
            await _process.WaitForExitAsync();
            return (_process.ExitCode, await _errors);
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill();
            _process.Dispose();
        }
    }
}
