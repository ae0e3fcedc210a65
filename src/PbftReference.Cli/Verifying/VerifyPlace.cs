using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Clusters;
using PbftReference.Simulation;

namespace PbftReference.Cli.Verifying;

/// <summary>What <c>pbft verify</c> was told to judge.</summary>
internal static class VerifyPlace
{
    private const string Dash = "-";

    /// <summary>The path of a place; <c>-</c> is standard input.</summary>
    public static string PathOf(string place) => place == Dash ? VerifyInput.StandardInput : place;

    /// <summary>Opens it.</summary>
    /// <exception cref="CommandException">There is none, or it cannot be read.</exception>
    public static VerifyInput Open(string place)
    {
        if (place == Dash) return VerifyInput.OfStandardInput();
        if (WhoseReplica(place) is { } cluster)
        {
            throw new CommandException(
                ExitCodes.Data,
                $"{place} is one replica of the cluster in {cluster}, and verify judges a cluster's logs together: 'pbft verify {ShellWord.Of(cluster)}'; 'pbft audit {ShellWord.Of(place)}' audits it alone, or several of them");
        }

        return VerifyInput.Open(place);
    }

    private static string? WhoseReplica(string place) =>
        File.Exists(Path.Combine(place, "node.json")) && !File.Exists(RunDirectory.ManifestPath(place)) && !new ClusterDirectory(place).Exists
        && Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(place))) is { } parent && new ClusterDirectory(parent).Exists
            ? Path.GetRelativePath(Directory.GetCurrentDirectory(), parent)
            : null;
}
