using Newtonsoft.Json.Linq;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.Simulation;
using PbftReference.Tests.EventLog.Stores;
using PbftReference.Tests.Golden;

namespace PbftReference.Tests.Cli;

/// <summary>
/// One run that several tests look at: 12 operations, K = 2, L = 4, and a primary of view 0 that sends nothing, so everything is decided
/// in view 1.
/// </summary>
public sealed class InspectedRun : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public InspectedRun() => new ScriptedScenario(
        new SimulationOptions
        {
            Seed = 5,
            Clients = 2,
            Outstanding = 2,
            Faulty = [new FaultyReplica(new ReplicaId(0), "silent")],
            Configuration = new ClusterConfiguration { BatchSize = 2, CheckpointPeriod = 2, LogMultiplier = 2 },
        },
        12).RunInto(Directory);

    /// <summary>The run directory.</summary>
    public string Directory => Path.Combine(_directory.Path, "run");

    /// <summary>A place beside it that does not exist yet.</summary>
    public string Beside(string name) => Path.Combine(_directory.Path, name);

    public void Dispose() => _directory.Dispose();
}

/// <summary>Runs the command line in the process.</summary>
internal static class Inspect
{
    /// <summary>Exit code, standard output, standard error.</summary>
    public static (int Code, string Result, string Notes) Run(params string[] args)
    {
        using var result = new StringWriter { NewLine = "\n" };
        using var notes = new StringWriter { NewLine = "\n" };
        var code = PbftReference.Cli.Program.Run(args, new Terminal(result, notes, colour: false, interactive: false, width: 80));
        return (code, result.ToString(), notes.ToString());
    }

    /// <summary>The lines that a command writes, which must succeed.</summary>
    public static string[] Lines(params string[] args) => GoldenRun.Pbft(args).Split('\n');

    /// <summary>The JSON document that a command writes, which must succeed.</summary>
    public static JObject Json(params string[] args) => JObject.Parse(GoldenRun.Pbft(args));
}
