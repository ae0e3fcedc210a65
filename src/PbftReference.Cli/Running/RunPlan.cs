using PbftReference.Simulation;

namespace PbftReference.Cli.Running;

/// <summary>A run that is ready to begin, or to go on.</summary>
/// <param name="Manifest">Cluster, options and operations.</param>
/// <param name="Workload">The operations.</param>
/// <param name="Place">Where the log goes.</param>
/// <param name="Resumes">Whether the place holds the run's log already.</param>
/// <param name="Reproduce">The command line that does the same again.</param>
internal sealed record RunPlan(RunManifest Manifest, Workload Workload, RunPlace Place, bool Resumes, string Reproduce)
{
    /// <summary>What other commands call the log; null if it is in memory.</summary>
    public string? Directory => Place.Shown;

    /// <summary>The simulation's options.</summary>
    public SimulationOptions Options => Manifest.Options;

    private string Faults => Options.Faults == FaultProfile.Plan
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"plan({Options.Plan.Length})")
        : Options.Faults.ToString().ToLowerInvariant();

    /// <summary>What a run is known by: its first and last line.</summary>
    public string Title
    {
        get
        {
            var c = Options.Configuration;
            var faulty = Options.Faulty.Count == 0 ? "" : " faulty=" + string.Join(",", Options.Faulty.Select(f => $"{f.Replica}:{f.Behaviour}"));
            if (Options.FaultyBefore.Count > 0) faulty += $" faulty-before={string.Join(",", Options.FaultyBefore)}";
            return string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"seed={Options.Seed} n={c.Replicas} f={c.Faults} faults={Faults}{faulty} service={Options.Service} operations={Manifest.Asked}");
        }
    }
}
