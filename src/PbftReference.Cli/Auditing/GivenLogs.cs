using PbftReference.Cli.Inspect;
using PbftReference.Core.Types;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Configuration;
using PbftReference.Runtime.Membership;
using PbftReference.Simulation;

namespace PbftReference.Cli.Auditing;

/// <summary>
/// Finds the logs in what was named, whatever it is: directories of runs, of clusters and of single replicas, log files, databases. What cannot be
/// opened does not keep the others from being audited.
/// </summary>
internal sealed class GivenLogs
{
    private readonly List<LogCopy> _copies = [];
    private readonly List<CopyFinding> _leftOut = [];
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly GenesisClaims _claims = new();
    private readonly bool _isGenesisNamed;

    private GivenLogs(bool isGenesisNamed) => _isGenesisNamed = isGenesisNamed;

    /// <summary>Opens them, and chooses of each replica the best copy.</summary>
    /// <param name="places">What was named.</param>
    /// <param name="genesisFile">The genesis that was named; null for the logs' own.</param>
    /// <exception cref="CommandException">A place is none, is of another cluster, or no log can be read.</exception>
    public static AuditedLogs Open(IReadOnlyList<string> places, string? genesisFile)
    {
        var given = new GivenLogs(genesisFile is not null);
        try
        {
            foreach (var place in places.Distinct(StringComparer.Ordinal)) given.Take(place);
            if (given.IsNothingReadable && genesisFile is null) throw given.Nothing();
            var genesis = given._claims.Chosen(genesisFile, string.Join(", ", places));
            given.CheckCluster(genesis.Genesis.Cluster, genesisFile ?? "the others");
            if (given._copies.Count == 0) throw given.Nothing();
            var union = new LogUnion(given._copies, genesis);
            return new AuditedLogs(union, genesis, [.. given._leftOut, .. genesisFile is null ? given._claims.Wrong : [], .. union.Findings]);
        }
        catch
        {
            foreach (var copy in given._copies) copy.Store.Dispose();
            throw;
        }
    }

    // Then it is not the members' keys that are missing.
    private bool IsNothingReadable => _copies.Count == 0 && _leftOut.Count > 0 && _claims.Wrong.Count == 0;

    private void Take(string place)
    {
        if (LogAddress.Is(LogAddress.Checked(place))) TakeDatabase(place);
        else if (File.Exists(place)) TakeFile(place);
        else if (!Directory.Exists(place)) throw new CommandException(ExitCodes.Data, $"{place} does not exist: name the directory of a run, of a cluster or of one replica, or a log.db");
        else if (File.Exists(RunDirectory.ManifestPath(place))) TakeRun(place);
        else if (IsOfReplica(place)) TakeReplica(place);
        else TakeCluster(place);
    }

    private void TakeDatabase(string place)
    {
        try
        {
            var source = LogSource.Of(place);
            _claims.OfDatabase(source);
            Add(source.Shown, source.OpenLog());
        }
        catch (EventStoreException e)
        {
            LeaveOut(EventStoreDb.WithoutSecrets(place), e);
        }
    }

    private void TakeRun(string directory)
    {
        if (_claims.OfFile(directory, RunDirectory.ManifestPath(directory)) || _isGenesisNamed) AddFile(directory, RunDirectory.LogPath(directory));
    }

    // A log file beside which stands what it is of.
    private void TakeFile(string file)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var isKnown = File.Exists(RunDirectory.ManifestPath(directory)) && !_isGenesisNamed ? _claims.OfFile(file, RunDirectory.ManifestPath(directory)) : ClaimOfCluster(file, directory);
        if (isKnown) AddFile(file, file);
    }

    private static bool IsOfReplica(string directory) => File.Exists(RunDirectory.LogPath(directory)) || File.Exists(Path.Combine(directory, ClusterDirectory.NodeFile));

    private void TakeReplica(string directory)
    {
        if (ClaimOfCluster(directory, directory)) AddReplica(directory);
    }

    // The genesis of a replica's cluster stands in its directory or above, if it is here at all, and counts if none is named.
    private bool ClaimOfCluster(string shown, string directory)
    {
        if (_isGenesisNamed) return true;
        var above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        var path = new[] { directory, above }.OfType<string>().Select(parent => Path.Combine(parent, GenesisFile.Name)).FirstOrDefault(File.Exists);
        return path is null || _claims.OfFile(shown, path);
    }

    private void TakeCluster(string directory)
    {
        var replicas = Directory.EnumerateDirectories(directory, "replica-*").Order(StringComparer.Ordinal).ToList();
        var cluster = new ClusterDirectory(directory);
        if (!cluster.Exists && replicas.Count == 0) throw new CommandException(ExitCodes.Data, $"{directory} holds no log: there is neither a log.db in it, nor a run.json, nor the replica-N of a cluster; name the directory that has them");
        if (cluster.Exists && !_claims.OfFile(directory, cluster.GenesisPath) && !_isGenesisNamed) return;
        foreach (var replica in replicas) AddReplica(replica);
        if (replicas.Count == 0) _leftOut.Add(new CopyFinding(directory, null, IntegrityVerdict.Undetermined, "no replica's directory is in it: name one that has replica-N"));
    }

    // A copy of a replica's directory has the log in it, whatever its configuration says of where it was.
    private void AddReplica(string directory)
    {
        var (log, node) = (RunDirectory.LogPath(directory), Path.Combine(directory, ClusterDirectory.NodeFile));
        if (new FileInfo(log) is { Exists: true, Length: > 0 })
        {
            AddFile(directory, log);
            CheckOwner(directory, log);
            return;
        }

        try
        {
            var files = ReplicaFiles.Of(Settings.Resolve(node, [], []));
            if (files.InDatabase) Add(EventStoreDb.WithoutSecrets(files.Log), new EventStoreDb(files.Log, new EventStoreDbOptions { ReadOnly = true }));
            else if (files.LostLog is { } lost) _leftOut.Add(new CopyFinding(directory, null, IntegrityVerdict.Undetermined, lost));
            else AddFile(directory, files.Log);
        }
        catch (UnauthorizedAccessException)
        {
            _leftOut.Add(new CopyFinding(directory, null, IntegrityVerdict.Undetermined, MayNotRead(node)));
        }
        catch (Exception e) when (e is SettingException or IOException)
        {
            _leftOut.Add(new CopyFinding(directory, null, IntegrityVerdict.Undetermined, $"{(File.Exists(log) ? "the log.db in it is empty" : "there is no log.db in it")}, and where the log is cannot be read from {node}: {e.Message.TrimEnd('.')}; restore one of them from a copy"));
        }
        catch (EventStoreException e)
        {
            LeaveOut(directory, e);
        }
    }

    // A copy of another replica's log says nothing of this one.
    private void CheckOwner(string directory, string log)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(directory));
        if (!name.StartsWith("replica-", StringComparison.Ordinal) || !int.TryParse(name["replica-".Length..], out var id) || _copies.LastOrDefault() is not { } copy || copy.Shown != directory) return;
        var held = copy.Streams.Where(stream => LogStreams.TryParseReplica(stream, out _, out _)).ToList();
        if (held.Count == 0 || held.Exists(stream => LogStreams.TryParseReplica(stream, out _, out var replica) && replica.Value == id)) return;
        if (!LogStreams.TryParseReplica(held[0], out var cluster, out _)) return;
        _leftOut.Add(new CopyFinding(directory, LogStreams.OfReplica(cluster, new ReplicaId(id)), IntegrityVerdict.Corrupt, $"{log} does not hold the log of replica {id}, but {string.Join(", ", held)}: put the right one back"));
    }

    private void AddFile(string shown, string path)
    {
        // the same file named twice is one copy
        if (!_files.Add(Path.GetFullPath(path))) return;
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
        {
            _leftOut.Add(new CopyFinding(shown, null, IntegrityVerdict.Undetermined, $"{path} is {(File.Exists(path) ? "empty" : "missing")}: restore it from a copy"));
            return;
        }

        try
        {
            Add(shown, new SqliteEventStore(path, new SqliteStoreOptions { Access = SqliteStoreAccess.Read }));
        }
        catch (EventStoreException e)
        {
            LeaveOut(shown, e);
        }
    }

    private void Add(string shown, IEventStore store)
    {
        try
        {
            _copies.Add(new LogCopy(shown, store, store.Streams()));
        }
        catch (EventStoreException)
        {
            store.Dispose();
            throw;
        }
    }

    private void LeaveOut(string shown, EventStoreException e) =>
        _leftOut.Add(new CopyFinding(shown, null, e.Failure is EventStoreFailure.Damaged or EventStoreFailure.NotAStore ? IntegrityVerdict.Corrupt : IntegrityVerdict.Undetermined, e.Message));

    private void CheckCluster(string cluster, string genesis)
    {
        foreach (var copy in _copies)
        {
            var clusters = copy.Streams.Select(stream => LogStreams.TryParseReplica(stream, out var name, out _) ? name : null).OfType<string>().Distinct().ToList();
            if (clusters.Count == 0) _leftOut.Add(new CopyFinding(copy.Shown, null, IntegrityVerdict.Undetermined, "no replica's log is in it"));
            else if (!clusters.Contains(cluster)) throw new CommandException(ExitCodes.Data, $"{copy.Shown} is the log of another cluster than {genesis}: it holds logs of '{string.Join("', '", clusters)}', not of '{cluster}'; audit each by itself");
        }
    }

    private CommandException Nothing() => new(
        _leftOut.Exists(finding => finding.Verdict == IntegrityVerdict.Corrupt) ? ExitCodes.Corrupt : ExitCodes.Data,
        _leftOut.Count == 0 ? "no log is in what was named" : string.Join('\n', _leftOut.Select(finding => $"{finding.Place}: {finding.Explanation}")));

    private static string MayNotRead(string file) => $"this user may not read {file}: audit as its owner, or have that one allow it (chmod +r {ShellWord.Of(file)})";
}
