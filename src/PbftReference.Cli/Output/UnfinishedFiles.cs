namespace PbftReference.Cli.Output;

/// <summary>Files and directories that are being written under a name of their own until they are whole. A command that is interrupted leaves none behind.</summary>
internal static class UnfinishedFiles
{
    private static readonly HashSet<string> Paths = new(StringComparer.Ordinal);

    /// <summary>Takes note of a file that is begun.</summary>
    public static void Begin(string path)
    {
        lock (Paths) Paths.Add(path);
    }

    /// <summary>The file is whole, or is no more.</summary>
    public static void End(string path)
    {
        lock (Paths) Paths.Remove(path);
    }

    /// <summary>Deletes those that are not whole: the process ends.</summary>
    public static void DeleteAll()
    {
        lock (Paths)
        {
            foreach (var path in Paths)
            {
                if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
                else File.Delete(path);
            }

            Paths.Clear();
        }
    }
}
