using PbftReference.Cli.Inspect;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Membership;

namespace PbftReference.Cli.Auditing;

/// <summary>What the places that were named say of their cluster, and the genesis that counts: the one that is named, or the first that has the keys.</summary>
internal sealed class GenesisClaims
{
    private readonly List<(string Shown, string Path, Digest Digest)> _claims = [];
    private readonly List<CopyFinding> _wrong = [];
    private AuditGenesis? _first;
    private int _wrongCode;

    /// <summary>What cannot be read of them.</summary>
    public IReadOnlyList<CopyFinding> Wrong => _wrong;

    /// <summary>A place in whose manifest or genesis its cluster stands.</summary>
    /// <param name="shown">The place.</param>
    /// <param name="path">The file.</param>
    /// <returns>Whether it can be read; if not, it is not known whose logs are there.</returns>
    public bool OfFile(string shown, string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            if (ClusterManifest.Decode(text, path) is { } imported) _claims.Add((shown, path, imported.Digest));
            else Add(shown, path, AuditGenesis.Of(text, path));
            return true;
        }
        catch (Exception e) when (e is LogFormatException or CommandException or IOException or UnauthorizedAccessException)
        {
            _wrong.Add(new CopyFinding(shown, null, EventLog.Integrity.IntegrityVerdict.Undetermined, e.Message.TrimEnd('.')));
            if (_wrongCode == 0) _wrongCode = e is LogFormatException and not GenesisFileException ? ExitCodes.Corrupt : ExitCodes.Data;
            return false;
        }
    }

    /// <summary>Logs in a database, beside which its cluster stands.</summary>
    public void OfDatabase(LogSource source)
    {
        if (source.Run is null) _claims.Add((source.Shown, source.Shown, source.Genesis.Digest));
        else Add(source.Shown, source.Shown, AuditGenesis.Of(source.RunText, source.Shown));
    }

    /// <summary>The genesis that counts. All places must be of its cluster.</summary>
    /// <param name="file">The one that is named; null for none.</param>
    /// <param name="places">What was named, for messages.</param>
    /// <exception cref="CommandException">There is none, or a place is of another cluster.</exception>
    public AuditGenesis Chosen(string? file, string places)
    {
        var chosen = file is null ? _first : AuditGenesis.OfNamed(file);
        if (chosen is null)
        {
            if (_wrong.Count > 0) throw new CommandException(_wrongCode, $"{string.Join('\n', _wrong.Select(wrong => wrong.Explanation))}; or name the cluster's genesis by --genesis: without it the members' keys are not known");
            throw new CommandException(ExitCodes.Usage, $"{places} has the logs of a cluster of processes and not its members' keys: name its genesis.json by --genesis");
        }

        foreach (var (shown, path, digest) in _claims.Where(claim => claim.Digest != chosen.Genesis.Digest)) throw Other(file, shown, path);
        if (!ReferenceEquals(chosen, _first)) _first?.Dispose();
        return chosen;
    }

    private void Add(string shown, string path, AuditGenesis genesis)
    {
        _claims.Add((shown, path, genesis.Genesis.Digest));
        if (_first is null) _first = genesis;
        else genesis.Dispose();
    }

    private CommandException Other(string? file, string shown, string path) => new(ExitCodes.Data, file is null
        ? $"{shown} is the log of another cluster than {_claims[0].Shown}: audit each by itself"
        : $"{file} is the genesis of another cluster than {shown}: its digest is not that of {path}. If {file} is the right one, name the replicas' directories or log.db files below {shown} themselves");
}
