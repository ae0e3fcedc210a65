using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PbftReference.Core.Types;

namespace PbftReference.Runtime.Clusters;

/// <summary>A signal to a node's process.</summary>
public enum NodeSignal
{
    /// <summary>End in good order.</summary>
    Terminate,

    /// <summary>Die at once.</summary>
    Kill,

    /// <summary>Stand still.</summary>
    Stop,

    /// <summary>Go on.</summary>
    Continue,
}

/// <summary>
/// The process of one replica: started in the background, its output in <c>node.log</c>, known by <c>node.pid</c>. The file has the
/// process's start beside its id, so that no other process is ever taken for it.
/// </summary>
public sealed partial class NodeProcess
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private const int NotPermitted = 1;

    private readonly string _directory;

    /// <summary>The process of a replica.</summary>
    public NodeProcess(ClusterDirectory cluster, ReplicaId replica)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        (Replica, _directory) = (replica, cluster.OfReplica(replica));
    }

    /// <summary>The replica.</summary>
    public ReplicaId Replica { get; }

    /// <summary>Whether its process stands still (SIGSTOP); where the system does not tell, false.</summary>
    public bool IsFrozen => Pid is { } pid && FieldsOf(pid) is ["T" or "t", ..];

    /// <summary>Where its output goes.</summary>
    public string Output => Path.Combine(_directory, "node.log");

    /// <summary>The file that names the process.</summary>
    public string PidFile => Path.Combine(_directory, "node.pid");

    /// <summary>The process's id; null if it does not run.</summary>
    public int? Pid
    {
        get
        {
            if (!File.Exists(PidFile)) return null;
            var parts = File.ReadAllText(PidFile).Split(' ', StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return null;
            return StartOf(pid) == parts[1] ? pid : null;
        }
    }

    /// <summary>
    /// What this process's environment says of one node (<c>PBFT_NODE_...</c>): it is not passed on, for it would reach every replica that
    /// is started. The other settings of the environment are.
    /// </summary>
    public static IReadOnlyList<string> KeptBack =>
        [.. Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("PBFT_NODE_", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];

    /// <summary>Starts it, if it does not run.</summary>
    /// <param name="program">The program and its first arguments, up to <c>node</c>.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public int Start(IReadOnlyList<string> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        RequireUnix();
        using var alone = Alone();
        if (Pid is { } running) return running;
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, UseShellExecute = false };
        // a node lives long: no instrumented code, and threads that wait do not spin while four replicas share few cores
        start.Environment.TryAdd("DOTNET_TieredPGO", "0");
        start.Environment.TryAdd("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0");
        foreach (var name in KeptBack) start.Environment.Remove(name);
        // its messages are lines of a file, however wide the terminal is
        start.Environment.Remove("COLUMNS");
        // before it runs, so that no process is ever started and not known
        File.WriteAllText(PidFile, "");
        using (File.Open(Output, FileMode.Append))
        {
        }

        start.ArgumentList.Add("-c");
        // a session of its own: what is typed at the terminal that started it does not reach it
        start.ArgumentList.Add("out=$1; shift; if command -v setsid >/dev/null; then setsid \"$@\" >>\"$out\" 2>&1 </dev/null & else nohup \"$@\" >>\"$out\" 2>&1 </dev/null & fi; echo $!");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(Output);
        foreach (var word in program.Concat(["node", "--config", Path.Combine(_directory, ClusterDirectory.NodeFile)])) start.ArgumentList.Add(word);
        using var shell = Process.Start(start) ?? throw new IOException("/bin/sh cannot be started");
        var pid = int.Parse(shell.StandardOutput.ReadLine() ?? throw new IOException("/bin/sh did not say which process it started"), CultureInfo.InvariantCulture);
        File.WriteAllText(PidFile, $"{pid} {StartOf(pid)}\n");
        return pid;
    }

    // Two that start a replica at once would each start a process, and know only one of them.
    private FileStream Alone()
    {
        try
        {
            return new FileStream(Path.Combine(_directory, "node.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"replica {Replica} cannot be started: {e.Message} If another 'pbft cluster' starts it right now, wait for that one.", e);
        }
    }

    /// <summary>The process that runs with this node's configuration and that <c>node.pid</c> does not name, found by its command line; null if there is none, or the system shows no command lines.</summary>
    public int? Lost => Pid is null ? LostNode.Find(Path.Combine(_directory, ClusterDirectory.NodeFile)) : null;

    /// <summary>Takes note of a process that runs as this replica, and that <c>node.pid</c> does not name.</summary>
    /// <returns>False if there is no such process.</returns>
    public bool Adopt(int pid)
    {
        using var alone = Alone();
        if (StartOf(pid) is not { } start) return false;
        File.WriteAllText(PidFile, $"{pid} {start}\n");
        return true;
    }

    /// <summary>Sends a signal.</summary>
    /// <returns>False if it does not run.</returns>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public bool Send(NodeSignal signal)
    {
        RequireUnix();
        if (Pid is not { } pid) return false;
        if (Kill(pid, NumberOf(signal)) == 0) return true;
        return Marshal.GetLastPInvokeError() == NotPermitted ? throw new UnauthorizedAccessException($"replica {Replica} runs as process {pid}, to which this user may send no signal") : false;
    }

    /// <summary>Waits until the process stands still.</summary>
    /// <returns>False if it still goes on when the time is over, or has ended.</returns>
    public bool WaitUntilFrozen(TimeSpan time)
    {
        // where the system does not tell, the signal has to do
        if (!Directory.Exists("/proc/self")) return true;
        var waited = Stopwatch.StartNew();
        while (!IsFrozen)
        {
            if (waited.Elapsed > time || Pid is null) return false;
            Thread.Sleep(BetweenLooks);
        }

        return true;
    }

    /// <summary>Waits until the process is gone.</summary>
    /// <returns>False if it is still there when the time is over.</returns>
    public bool WaitForEnd(TimeSpan time)
    {
        var waited = Stopwatch.StartNew();
        while (Pid is not null)
        {
            if (waited.Elapsed > time) return false;
            Thread.Sleep(BetweenLooks);
        }

        return true;
    }

    /// <summary>When a process started, as text; null if there is none, or it has ended and nobody took note yet.</summary>
    private static string? StartOf(int pid)
    {
        if (!Directory.Exists("/proc/self"))
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                return process.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                return null;
            }
        }

        return FieldsOf(pid) is [not ("Z" or "X"), ..] fields ? fields[19] : null;
    }

    // What the system says of a process: its state, and so on; null if there is none, or the system does not tell.
    private static string[]? FieldsOf(int pid)
    {
        try
        {
            // pid (name) state ...; the name may hold anything, so what follows the last bracket counts
            var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The signal's number, which differs between Linux and macOS.</summary>
    private static int NumberOf(NodeSignal signal) => signal switch
    {
        NodeSignal.Terminate => 15,
        NodeSignal.Kill => 9,
        NodeSignal.Stop => OperatingSystem.IsMacOS() ? 17 : 19,
        NodeSignal.Continue => OperatingSystem.IsMacOS() ? 19 : 18,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    private static void RequireUnix()
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("clusters of processes need signals, as Linux and macOS have them; on Windows start each node by 'pbft node --config FILE'");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
