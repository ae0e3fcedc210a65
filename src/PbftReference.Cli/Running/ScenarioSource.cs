using PbftReference.Cli.Inspect;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Trace;
using PbftReference.Runtime.Clusters;
using PbftReference.Simulation;

namespace PbftReference.Cli.Running;

/// <summary>
/// Reads what a simulated run is, so that it can be run again from its beginning: from the run's directory, from a <c>run.json</c> alone,
/// from a saved trace, from a database.
/// </summary>
internal static class ScenarioSource
{
    /// <summary>Reads it; the log is not looked at.</summary>
    /// <param name="place">A directory, a file, or an address in a database.</param>
    /// <exception cref="CommandException">There is none, or it cannot be run.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="LogFormatException">The manifest in a directory cannot be read.</exception>
    public static RunManifest Read(string place)
    {
        var read = File.Exists(place) ? OfFile(place) : LogSource.Of(place).Run ?? throw NotSimulated(place);
        try
        {
            var options = read.Options with { Choices = 0, FaultyBefore = [] };
            RunOptions.Check(options);
            RunOptions.FaultyOf([.. options.Faulty.Select(f => $"{f.Replica}:{f.Behaviour}")], options.Configuration.Replicas);
            RunOptions.PartitionsOf([.. options.Partitions.Select(partition => partition.ToString())], options.Configuration.Replicas);
            // made anew: a scenario may have been written by hand, and the keys follow from the seed
            var genesis = Cluster.GenesisOf(options);
            if (read.Asked < 1) throw new CommandException(ExitCodes.Data, "there must be at least one operation");
            return read with { Genesis = genesis, Options = options with { Configuration = genesis.Configuration } };
        }
        catch (Exception e) when (e is CommandException or ArgumentException)
        {
            throw new CommandException(ExitCodes.Data, $"the scenario {place} cannot be run: {e.Message}", e);
        }
    }

    private static RunManifest OfFile(string file)
    {
        try
        {
            using var reader = new StreamReader(file);
            var line = reader.ReadLine() ?? "";
            return line.Contains(TraceHeader.Schema, StringComparison.Ordinal) ? OfTrace(file) : RunDirectory.ParseManifest(line + "\n" + reader.ReadToEnd(), file);
        }
        catch (LogFormatException e)
        {
            throw new CommandException(ExitCodes.Data, $"{e.Message}: name a directory that 'pbft run' made, its {Path.GetFileName(RunDirectory.ManifestPath(""))}, or a trace that 'pbft fuzz' saved", e);
        }
    }

    private static RunManifest OfTrace(string file)
    {
        using var stream = new BufferedStream(File.OpenRead(file));
        var run = TraceFile.Read(stream, file, out _).Run;
        return run is null || ClusterManifest.Decode(run, file) is not null ? throw NotSimulated(file) : RunDirectory.ParseManifest(run, file);
    }

    private static CommandException NotSimulated(string place) =>
        new(ExitCodes.Data, $"{place} is of no simulated run, so nothing says how to run it again");
}
