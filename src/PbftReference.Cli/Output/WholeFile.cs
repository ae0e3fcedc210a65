namespace PbftReference.Cli.Output;

/// <summary>A file that is there whole or not at all: it is written under another name beside it, and takes its name at the end.</summary>
internal static class WholeFile
{
    private const string Suffix = ".part";

    /// <summary>Writes one; what stood under its name before stays until the new one is whole.</summary>
    /// <param name="file">Its name. What is there and is no ordinary file, such as a pipe, is written to as it is.</param>
    /// <param name="write">Writes it.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void Write(string file, Action<Stream> write)
    {
        // through a link to what it names
        var link = new FileInfo(file);
        var target = link.LinkTarget is null ? file : link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        if (Directory.Exists(target)) throw new IOException("it is a directory");
        if (Path.GetDirectoryName(Path.GetFullPath(target)) is { } parent && !Directory.Exists(parent)) throw new DirectoryNotFoundException($"there is no directory {parent}");
        if (Path.Exists(target))
        {
            // opened as it is: what may not be written, or is a directory, is not replaced either
            using var there = new FileStream(target, FileMode.Open, FileAccess.Write);
            if (!there.CanSeek || IsDevice(target))
            {
                using var stream = new BufferedStream(there);
                write(stream);
                return;
            }
        }

        var draft = $"{target}.{Environment.ProcessId}{Suffix}";
        UnfinishedFiles.Begin(draft);
        try
        {
            using (var stream = new BufferedStream(File.Create(draft))) write(stream);
            File.Move(draft, target, overwrite: true);
        }
        finally
        {
            if (File.Exists(draft)) File.Delete(draft);
            UnfinishedFiles.End(draft);
        }
    }

    /// <summary>Whether a path is among the system's devices and descriptors, so that nothing can stand beside it.</summary>
    public static bool IsDevice(string file) => Path.GetFullPath(file) is var path && (path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal));
}
