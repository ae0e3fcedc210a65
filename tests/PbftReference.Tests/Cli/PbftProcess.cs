using System.Diagnostics;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>pbft as a process of its own, as people run it.</summary>
public sealed class PbftProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts a command line.</summary>
    public PbftProcess(params string[] args)
        : this([], args)
    {
    }

    private PbftProcess(string[] before, string[] args)
    {
        string[] line = [.. before, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "pbft.dll"), .. args];
        var start = new ProcessStartInfo(line[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var arg in line[1..]) start.ArgumentList.Add(arg);
        _process = Process.Start(start)!;
        Notes = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a command line that the modes of files bind even where root runs the tests, to whom nothing is forbidden.</summary>
    public static PbftProcess UnderFilePermissions(params string[] args)
    {
        const string Rights = "-dac_override,-dac_read_search";
        return new PbftProcess(Environment.IsPrivilegedProcess ? ["setpriv", $"--bounding-set={Rights}", $"--inh-caps={Rights}"] : [], args);
    }

    /// <summary>Its standard error, once it has ended.</summary>
    public Task<string> Notes { get; }

    /// <summary>Reads so many lines, kills the process (SIGKILL), and returns them with those that had left it by then.</summary>
    public async Task<List<string>> KillAfter(int count)
    {
        var lines = new List<string>();
        while (lines.Count < count && await _process.StandardOutput.ReadLineAsync() is { } line) lines.Add(line);
        Assert.False(_process.HasExited, $"it ended before {count} lines: {lines.Count}");
        _process.Kill();
        var rest = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        // What follows the last line feed is half a line.
        lines.AddRange(rest.Split('\n')[..^1]);
        return lines;
    }

    /// <summary>Interrupts it (SIGINT) once something holds; it must not have ended before.</summary>
    // on a thread of its own, so that nothing else that runs keeps it from looking in time
    public Task InterruptWhen(Func<bool> holds) => Task.Factory.StartNew(
        () =>
        {
            while (!holds())
            {
                Assert.False(_process.HasExited, "it ended before");
                Thread.Sleep(1);
            }

            using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>Kills it (SIGKILL).</summary>
    public void Kill()
    {
        Assert.False(_process.HasExited, "it ended before");
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits for its end; gives the exit code and standard output.</summary>
    public async Task<(int ExitCode, string Output)> End()
    {
        var output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return (_process.ExitCode, output);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
