using System.CommandLine;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Cli.Running;

/// <summary>Makes a plan of a command line or of a directory, and refuses what cannot be run.</summary>
internal static class RunPlanner
{
    /// <summary>A new run; claims its place.</summary>
    /// <exception cref="CommandException">The command line or the input cannot be run.</exception>
    /// <exception cref="IOException">The place cannot be used.</exception>
    public static RunPlan Plan(RunOptions options, ParseResult line, string store, string? log, Terminal terminal)
    {
        var simulation = options.Simulation(line);
        var input = line.GetValue(options.Input);
        var lines = input is null ? null : ReadInput(input);
        var count = Count(options, line, lines);
        var workload = lines is null ? FuzzWorkload.For(simulation.Service, count) : new Workload(count, lines.At);
        var genesis = Cluster.GenesisOf(simulation);
        var manifest = new RunManifest(
            genesis, simulation with { Configuration = genesis.Configuration }, input is null ? null : Path.GetFullPath(input), count, lines?.Digest);
        var place = PlaceOf(store, log, simulation);
        place.Claim(manifest, terminal);
        return new RunPlan(manifest, workload, place, false, options.Reproduce(line));
    }

    /// <summary>A run as a scenario says; claims its place.</summary>
    /// <param name="scenario">The scenario's file, or a directory that has one.</param>
    /// <param name="store">sqlite, memory, or a database.</param>
    /// <param name="log">The directory of the log; null for a free one.</param>
    /// <param name="terminal">Where notes go.</param>
    /// <exception cref="CommandException">The scenario cannot be run.</exception>
    /// <exception cref="IOException">The place cannot be used.</exception>
    public static RunPlan OfScenario(string scenario, string store, string? log, Terminal terminal)
    {
        var manifest = ScenarioSource.Read(scenario);
        var workload = RunDirectory.WorkloadOf(manifest);
        var place = PlaceOf(store, log, manifest.Options);
        place.Claim(manifest, terminal);
        return new RunPlan(manifest, workload, place, false, $"pbft run --scenario {ShellWord.Of(EventStoreDb.WithoutSecrets(scenario))}");
    }

    /// <summary>A run whose log is there.</summary>
    /// <exception cref="IOException">There is none, or its input is not what it was.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">Its manifest cannot be read.</exception>
    public static RunPlan Resume(string place)
    {
        var source = LogAddress.Is(LogAddress.Checked(place)) ? LogSource.Of(place) : null;
        var manifest = source is null ? RunDirectory.ReadManifest(place) : source.Run ?? throw new CommandException(ExitCodes.Data, $"{source.Shown} is the log of a cluster of processes: start those by 'pbft cluster up'");
        return new RunPlan(manifest, RunDirectory.WorkloadOf(manifest), new RunPlace(source?.Directory ?? place), true, $"pbft run --resume {ShellWord.Of(EventStoreDb.WithoutSecrets(place))}");
    }

    private static RunPlace PlaceOf(string store, string? log, SimulationOptions options)
    {
        if (store == "memory")
        {
            return log is null ? RunPlace.Memory : throw new CommandException(ExitCodes.Usage, "--log names a directory and --store memory keeps nothing on disk: leave one out");
        }

        if (!LogAddress.Is(store)) return new RunPlace(log ?? FreshDirectory(options.Seed));
        if (log is not null) throw new CommandException(ExitCodes.Usage, "--log names a directory and --store a database: leave one out");
        var address = LogAddress.Parse(store);
        if (address.Cluster is { } named && named != options.Cluster) throw new CommandException(ExitCodes.Usage, $"--store names the cluster '{named}' and --cluster '{options.Cluster}': leave out what is behind #");
        return new RunPlace((address with { Cluster = options.Cluster }).Text);
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

    private static string FreshDirectory(ulong seed)
    {
        for (var n = 1; ; n++)
        {
            var directory = Path.Combine("runs", $"{seed}-{n}");
            if (!Path.Exists(directory)) return directory;
        }
    }
}
