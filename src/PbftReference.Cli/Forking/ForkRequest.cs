using PbftReference.Cli.Running;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;

namespace PbftReference.Cli.Forking;

/// <summary>From where a run is gone on with, and what is to be otherwise from there on.</summary>
/// <param name="At">The replica and the position in its stream.</param>
/// <param name="Choices">Which course chance takes.</param>
/// <param name="Faults">How much goes wrong; null for as before.</param>
/// <param name="Faulty">Replicas that misbehave; null for as before.</param>
/// <param name="Operations">How many operations in all; null for as before.</param>
internal sealed record ForkRequest(string At, ulong Choices, string? Faults, string[]? Faulty, long? Operations)
{
    /// <summary>The manifest of the new run.</summary>
    /// <exception cref="CommandException">A value is none, with what is allowed.</exception>
    public RunManifest Of(RunManifest old)
    {
        var options = old.Options with
        {
            Choices = Choices,
            Faults = Faults is null ? old.Options.Faults : RunOptions.ProfileOf(Faults),
            Faulty = Faulty is null ? old.Options.Faulty : RunOptions.FaultyOf([.. Faulty.Where(text => text != "none")], old.Options.Configuration.Replicas),
        };
        // what they signed before stands, whether or not they misbehave further
        options = options with { FaultyBefore = [.. old.Options.NotCorrect.Except(options.Faulty.Select(faulty => faulty.Replica))] };
        return OfOperations(old with { Options = options });
    }

    /// <summary>The command line that does the same again, into another directory.</summary>
    public string CommandLine(string log)
    {
        List<string> words = ["pbft fork", ShellWord.Of(log), "--at", ShellWord.Of(At), "--choices", $"{Choices}"];
        if (Faults is not null) words.AddRange(["--faults", ShellWord.Of(Faults)]);
        foreach (var text in Faulty ?? []) words.AddRange(["--faulty", ShellWord.Of(text)]);
        if (Operations is not null) words.AddRange(["--operations", $"{Operations}"]);
        return string.Join(' ', [.. words, "--log OTHER"]);
    }

    private RunManifest OfOperations(RunManifest manifest)
    {
        if (Operations is not { } count) return manifest;
        if (count < 1) throw new CommandException(ExitCodes.Usage, $"--operations must be at least 1, not {count}");
        var most = manifest.Picked.IsDefault ? LinesOf(manifest) : manifest.Picked.Length;
        if (count > most) throw new CommandException(ExitCodes.Data, $"--operations {count}: the run has {most} operations to take, and no more");
        return manifest.Picked.IsDefault ? manifest with { Operations = count } : manifest with { Picked = [.. manifest.Picked.Take((int)count)] };
    }

    // made-up operations never end
    private static long LinesOf(RunManifest manifest) => manifest.Input is { } input ? OperationLines.Read(input).Count : long.MaxValue;
}
