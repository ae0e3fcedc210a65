using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Cli.Running;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;

namespace PbftReference.Cli.Forking;

/// <summary>
/// The beginning of a forked run in its place, whole or not at all. A directory is made under another name beside it and takes its name when all
/// is copied. In a database the manifest comes last: what was cut short is no run, and the same fork goes on with it.
/// </summary>
internal static class ForkedBeginning
{
    /// <summary>Where a fork goes: a directory, or the streams of its cluster in a database.</summary>
    /// <param name="log">What <c>--log</c> names.</param>
    /// <param name="cluster">The run's cluster.</param>
    /// <exception cref="CommandException">It names another cluster, or no place at all.</exception>
    public static string PlaceOf(string log, string cluster)
    {
        if (!LogAddress.Is(LogAddress.Checked(log))) return log;
        var address = LogAddress.Parse(log);
        if ((address.Cluster ?? cluster) == cluster) return (address with { Cluster = cluster }).Text;
        throw new CommandException(ExitCodes.Usage, $"--log names the cluster '{address.Cluster}', and the run is of '{cluster}', which is part of all that is signed: leave out what is behind #");
    }

    /// <summary>Copies what is before the cut, and the manifest.</summary>
    /// <param name="place">A directory, or the address of a database and the cluster's name in it.</param>
    /// <param name="manifest">The new run's.</param>
    /// <param name="cut">What is before the cut.</param>
    /// <param name="terminal">Told when a database is waited for.</param>
    /// <exception cref="CommandException">It cannot be written there, or another run is there.</exception>
    /// <exception cref="EventStoreException">The database does not answer, or the disk is full.</exception>
    public static void Write(string place, RunManifest manifest, ConsistentCut cut, Terminal terminal)
    {
        if (LogAddress.Is(place)) IntoDatabase(LogAddress.Parse(place), manifest, cut, terminal);
        else IntoDirectory(place, manifest, cut);
    }

    private static void IntoDirectory(string directory, RunManifest manifest, ConsistentCut cut)
    {
        if (File.Exists(directory)) throw new CommandException(ExitCodes.Data, $"--log {directory} is a file: name a directory that holds no run yet");
        var draft = $"{Path.TrimEndingDirectorySeparator(directory)}.{Environment.ProcessId}.part";
        UnfinishedFiles.Begin(draft);
        try
        {
            RunDirectory.Create(draft, manifest);
            using (var store = RunDirectory.CreateLog(draft)) cut.CopyTo(store);
            Name(draft, directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Data, $"the log cannot be written to {directory}: {e.Message.TrimEnd('.')}; name another directory by --log", e);
        }
        finally
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
            UnfinishedFiles.End(draft);
        }
    }

    // Beside what else stands in a directory the files take their places one by one, the manifest last.
    private static void Name(string draft, string directory)
    {
        if (!Directory.Exists(directory))
        {
            Directory.Move(draft, directory);
            return;
        }

        var moved = new List<string>();
        try
        {
            foreach (var file in Directory.GetFiles(draft, "log.db*").Append(RunDirectory.ManifestPath(draft)))
            {
                var target = Path.Combine(directory, Path.GetFileName(file));
                File.Move(file, target);
                moved.Add(target);
            }
        }
        catch
        {
            foreach (var file in moved) File.Delete(file);
            throw;
        }
    }

    private static void IntoDatabase(LogAddress address, RunManifest manifest, ConsistentCut cut, Terminal terminal)
    {
        var cluster = manifest.Genesis.Cluster;
        using var store = new RunPlace(address.Text).Open(cluster, terminal);
        try
        {
            if (StoredManifest.Read(store, cluster) is not null) throw Taken();
            cut.CopyTo(store);
            StoredManifest.Write(store, cluster, RunDirectory.TextOf(manifest));
        }
        catch (WrongExpectedRevisionException e)
        {
            throw Taken(e);
        }

        CommandException Taken(Exception? why = null) => new(ExitCodes.Data, $"{EventStoreDb.WithoutSecrets(address.Connection)} holds logs of a cluster '{cluster}' already, which are not of this fork: name another database by --log, or a directory", why);
    }
}
