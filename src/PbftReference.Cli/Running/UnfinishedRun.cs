using PbftReference.Simulation;

namespace PbftReference.Cli.Running;

/// <summary>A directory in which a log is being made. If that fails, nothing is left behind that looks like a run and is not one.</summary>
internal sealed class UnfinishedRun
{
    private readonly string _directory;
    private readonly bool _isNew;

    /// <summary>Looks at the place before anything is written to it.</summary>
    /// <param name="directory">The directory; it need not exist.</param>
    /// <exception cref="CommandException">It holds a run, or a log, that is another's.</exception>
    public UnfinishedRun(string directory)
    {
        (_directory, _isNew) = (directory, !Directory.Exists(directory));
        if (!File.Exists(RunDirectory.ManifestPath(directory)) && !File.Exists(RunDirectory.LogPath(directory))) return;
        throw new CommandException(ExitCodes.Data, $"{directory} holds a run already: choose another directory");
    }

    /// <summary>Removes what was written, and the directory if it is new; what else stood in it stays.</summary>
    public void Remove()
    {
        if (!Directory.Exists(_directory)) return;
        foreach (var left in Directory.GetFiles(_directory, "log.db*").Append(RunDirectory.ManifestPath(_directory))) File.Delete(left);
        if (_isNew) Directory.Delete(_directory);
    }
}
