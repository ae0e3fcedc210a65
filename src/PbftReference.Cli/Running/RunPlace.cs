using System.Diagnostics;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;

namespace PbftReference.Cli.Running;

/// <summary>Where a run's log goes: memory, a directory, or a database.</summary>
/// <param name="Name">What it is called by other commands; null for memory.</param>
internal sealed record RunPlace(string? Name)
{
    // A run waits long for a database that went away: it loses nothing by it, and would have to be begun again.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromSeconds(5);

    /// <summary>Nothing is kept.</summary>
    public static RunPlace Memory { get; } = new((string?)null);

    /// <summary>The place as it may be shown.</summary>
    public string? Shown => Name is null ? null : EventStoreDb.WithoutSecrets(Name);

    private bool InDatabase => Name is not null && LogAddress.Is(Name);

    /// <summary>Claims the place for a new run.</summary>
    /// <exception cref="CommandException">It cannot be used, or holds a run.</exception>
    /// <exception cref="EventStoreException">The database does not answer.</exception>
    public void Claim(RunManifest manifest, Terminal terminal)
    {
        if (Name is null) return;
        if (InDatabase) ClaimInDatabase(manifest, terminal);
        else ClaimDirectory(Name, manifest);
    }

    /// <summary>Opens the log for writing.</summary>
    /// <exception cref="EventStoreException">It cannot be opened.</exception>
    public IEventStore Open(string cluster, Terminal terminal, CancellationToken impatient = default)
    {
        if (Name is null) return new InMemoryEventStore();
        return InDatabase ? new ClusterView(Connect(terminal, impatient), cluster) : RunDirectory.CreateLog(Name);
    }

    private EventStoreDb Connect(Terminal terminal, CancellationToken impatient = default)
    {
        var since = new Stopwatch();
        return new EventStoreDb(LogAddress.Parse(Name!).Connection, new EventStoreDbOptions { Patience = Patience, Waiting = Tell, Deadline = Deadline, Impatient = impatient });

        void Tell(EventStoreException why)
        {
            if (since.IsRunning && since.Elapsed < BetweenNotes) return;
            since.Restart();
            terminal.Note($"waiting: {why.Message}");
        }
    }

    private void ClaimInDatabase(RunManifest manifest, Terminal terminal)
    {
        var cluster = manifest.Genesis.Cluster;
        using var store = Connect(terminal);
        using var view = new ClusterView(store, cluster);
        if (StoredManifest.Read(store, cluster) is not null || view.Streams().Count > 0)
        {
            throw new CommandException(ExitCodes.Data, $"{EventStoreDb.WithoutSecrets(LogAddress.Parse(Name!).Connection)} holds logs of a cluster '{cluster}' already: name this one otherwise by --cluster, or go on with that run by --resume '{Shown}'");
        }

        try
        {
            StoredManifest.Write(store, cluster, RunDirectory.TextOf(manifest));
        }
        catch (WrongExpectedRevisionException e)
        {
            throw new CommandException(ExitCodes.Data, $"another process begins a run '{cluster}' in that database right now: name this one otherwise by --cluster", e);
        }
    }

    private static void ClaimDirectory(string directory, RunManifest manifest)
    {
        if (File.Exists(directory)) throw new CommandException(ExitCodes.Data, $"--log {directory} is a file: name a directory that holds no run yet");
        try
        {
            RunDirectory.Create(directory, manifest);
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException && !File.Exists(RunDirectory.ManifestPath(directory))))
        {
            throw new CommandException(ExitCodes.Data, $"the log cannot be written to {directory}: {e.Message.TrimEnd('.')}; name another directory by --log", e);
        }
    }
}
