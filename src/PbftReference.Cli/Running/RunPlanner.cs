using System.CommandLine;
using PbftReference.Host;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Cli.Running;

/// <summary>Makes a plan of a command line or of a directory, and refuses what cannot be run.</summary>
internal static class RunPlanner
{
    /// <summary>A new run; creates its directory.</summary>
    /// <exception cref="CommandException">The command line or the input cannot be run.</exception>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public static RunPlan Plan(RunOptions options, ParseResult line, string? log, bool inMemory)
    {
        if (inMemory && log is not null) throw new CommandException(ExitCodes.Usage, "--log names a directory and --store memory keeps nothing on disk: leave one out");
        var simulation = options.Simulation(line);
        var input = line.GetValue(options.Input);
        var lines = input is null ? null : ReadInput(input);
        var count = Count(options, line, lines);
        var workload = lines is null ? FuzzWorkload.For(simulation.Service, count) : new Workload(count, lines.At);
        var genesis = GenesisOf(simulation);
        var manifest = new RunManifest(
            genesis, simulation with { Configuration = genesis.Configuration }, input is null ? null : Path.GetFullPath(input), count, lines?.Digest);
        var directory = inMemory ? null : log ?? FreshDirectory(simulation.Seed);
        if (directory is not null) Create(directory, manifest);
        return new RunPlan(manifest, workload, directory, false, options.Reproduce(line));
    }

    /// <summary>A run whose directory is there.</summary>
    /// <exception cref="IOException">There is none, or its input is not what it was.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">Its manifest cannot be read.</exception>
    public static RunPlan Resume(string directory)
    {
        var manifest = RunDirectory.ReadManifest(directory);
        return new RunPlan(manifest, RunDirectory.WorkloadOf(manifest), directory, true, $"pbft run --resume {directory}");
    }

    private static OperationLines ReadInput(string path)
    {
        if (Directory.Exists(path)) throw new CommandException(ExitCodes.Data, $"the input {path} is a directory: name a text file in it");
        if (!File.Exists(path)) throw new CommandException(ExitCodes.Data, $"the input {path} does not exist: check the path");
        try
        {
            var lines = OperationLines.Read(path);
            if (lines.Count > 0) return lines;
            throw new CommandException(ExitCodes.Data, $"the input {path} is empty, so there is nothing to run: each line is an operation");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Data, $"the input {path} cannot be read: {e.Message}", e);
        }
    }

    private static long Count(RunOptions options, ParseResult line, OperationLines? lines)
    {
        var asked = line.GetValue(options.Operations);
        if (asked < 1) throw new CommandException(ExitCodes.Usage, $"--operations must be at least 1, not {asked}");
        return lines is null ? options.CountOf(line) : Math.Min(asked ?? lines.Count, lines.Count);
    }

    /// <summary>The cluster is made of the seed alone, so a cluster without a store knows what it is.</summary>
    internal static Genesis GenesisOf(SimulationOptions options)
    {
        using var cluster = new Cluster(options, new EventLog.Stores.InMemoryEventStore(), new Workload(0, _ => []));
        return cluster.Genesis;
    }

    private static void Create(string directory, RunManifest manifest)
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

    private static string FreshDirectory(ulong seed)
    {
        for (var n = 1; ; n++)
        {
            var directory = Path.Combine("runs", $"{seed}-{n}");
            if (!Path.Exists(directory)) return directory;
        }
    }
}
