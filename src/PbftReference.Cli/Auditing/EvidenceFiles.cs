using PbftReference.Audit.Accountability;

namespace PbftReference.Cli.Auditing;

/// <summary>Writes the files of evidence of an audit, each whole or not at all.</summary>
internal static class EvidenceFiles
{
    /// <summary>Writes one for each accusation. What keeps them from being written does not keep the audit from being shown.</summary>
    /// <param name="accusations">What is proved.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="directory">Where to; made if it is not there.</param>
    /// <returns>The files that were written, by what they prove, and what went wrong; null if nothing did.</returns>
    public static (IReadOnlyDictionary<Accusation, string> Files, string? Failure) Write(IEnumerable<Accusation> accusations, AuditGenesis genesis, string directory)
    {
        var files = new Dictionary<Accusation, string>();
        if (File.Exists(directory)) return (files, $"the evidence cannot be written: {directory} is a file; name a directory by --evidence, and audit again");
        var isOurs = !Directory.Exists(directory);
        try
        {
            Directory.CreateDirectory(directory);
            foreach (var accusation in accusations)
            {
                var file = Path.Combine(directory, EvidenceFile.NameOf(accusation));
                WriteWhole(file, EvidenceFile.Encode(accusation, genesis));
                files.Add(accusation, file);
            }

            return (files, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (isOurs && files.Count == 0 && Directory.Exists(directory)) Directory.Delete(directory);
            return (files, $"not all evidence could be written to {directory}: {e.Message.TrimEnd('.')}; make room or name another directory by --evidence, and audit again ({files.Count} written)");
        }
    }

    private static void WriteWhole(string file, string text)
    {
        var draft = file + ".new";
        try
        {
            File.WriteAllText(draft, text);
            File.Move(draft, file, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
