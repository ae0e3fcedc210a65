using System.Globalization;

namespace PbftReference.Runtime.Clusters;

/// <summary>
/// Finds the process of a node by its command line, which ends in <c>node --config FILE</c>: where the system shows command lines (Linux),
/// a node whose <c>node.pid</c> is lost is found even if it is too busy to answer, or stands still.
/// </summary>
internal static class LostNode
{
    private const string Processes = "/proc";

    /// <summary>The process that runs with a node file; null if there is none, or the system does not tell.</summary>
    /// <param name="nodeFile">The path of its <c>node.json</c>.</param>
    public static int? Find(string nodeFile)
    {
        if (!Directory.Exists($"{Processes}/self")) return null;
        var wanted = Path.GetFullPath(nodeFile);
        var pids = new DirectoryInfo(Processes).EnumerateDirectories()
            .Select(entry => int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId);
        return pids.Order().Cast<int?>().FirstOrDefault(pid => RunsWith(pid!.Value, wanted));
    }

    private static bool RunsWith(int pid, string nodeFile)
    {
        try
        {
            // the shell that starts a node has the same words, but others after them
            if (File.ReadAllText($"{Processes}/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries) is not [.., "node", "--config", var file]) return false;
            if (Path.IsPathRooted(file)) return Path.GetFullPath(file) == nodeFile;
            return new FileInfo($"{Processes}/{pid}/cwd").ResolveLinkTarget(returnFinalTarget: false) is { } where && Path.GetFullPath(file, where.FullName) == nodeFile;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // it has ended meanwhile, or is another user's
            return false;
        }
    }
}
