using System.Collections.Immutable;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;
using PbftReference.EventLog.Trace;
using PbftReference.Host;
using PbftReference.Simulation;

namespace PbftReference.Cli.Verifying;

/// <summary>What is verified: a run directory, or a trace file.</summary>
internal sealed class VerifyInput : IDisposable
{
    private VerifyInput(string source, Genesis genesis, IEventStore store, string? run, ImmutableSortedSet<ReplicaId> faulty) =>
        (Source, Genesis, Store, Run, FaultyOfRun) = (source, genesis, store, run, faulty);

    /// <summary>What <see cref="Source"/> is for a trace that comes through standard input.</summary>
    public const string StandardInput = "/dev/stdin";

    /// <summary>The directory or the file.</summary>
    public string Source { get; }

    /// <summary>The cluster.</summary>
    public Genesis Genesis { get; }

    /// <summary>The streams.</summary>
    public IEventStore Store { get; }

    /// <summary>The run's manifest as text; null if there is none.</summary>
    public string? Run { get; }

    /// <summary>The replicas that the run was told to make faulty.</summary>
    public ImmutableSortedSet<ReplicaId> FaultyOfRun { get; }

    /// <summary>The replicas of which a trace without records holds no step; empty for everything else.</summary>
    public ImmutableSortedSet<ReplicaId> WithoutSteps => Foreign is { } foreign
        ? [.. Enumerable.Range(0, Genesis.Configuration.Replicas).Select(i => new ReplicaId(i)).Except(foreign.Steps.Select(step => step.Replica))]
        : [];

    /// <summary>Whether it is a file, and not logs in their place, which alone are audited.</summary>
    public bool IsFile { get; private init; }

    /// <summary>Whether it came through a pipe or a device, beside which nothing can stand.</summary>
    public bool IsPiped { get; private init; }

    /// <summary>Whether it is a file whose records have steps beside them, which are not judged.</summary>
    public bool HasStepsBesideRecords { get; private init; }

    /// <summary>A trace without records, of whatever implementation; null for everything else.</summary>
    public ForeignTrace? Foreign { get; private init; }

    /// <summary>Opens a run directory or a trace file.</summary>
    /// <exception cref="CommandException">There is none, or it cannot be read.</exception>
    public static VerifyInput Open(string source)
    {
        if (Directory.Exists(source) || LogAddress.Is(LogAddress.Checked(source)))
        {
            var logs = LogSource.Of(source);
            return new VerifyInput(logs.Shown, logs.Genesis, logs.OpenLog(), logs.RunText, [.. logs.Run?.Options.NotCorrect ?? []]);
        }

        if (!File.Exists(source)) throw new CommandException(ExitCodes.Data, $"{source} does not exist: name a directory that 'pbft run' or 'pbft cluster' made, or a trace that 'pbft trace export' wrote");
        return OfTrace(File.OpenRead(source), source);
    }

    /// <summary>Reads a trace from standard input.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static VerifyInput OfStandardInput() => OfTrace(Console.OpenStandardInput(), StandardInput);

    private static VerifyInput OfTrace(Stream input, string source)
    {
        try
        {
            using var stream = new BufferedStream(input);
            var isPiped = !input.CanSeek || WholeFile.IsDevice(source);
            return OfTrace(source, TraceFile.Read(stream, source, out var lines), lines, isPiped);
        }
        catch (LogFormatException e)
        {
            throw new CommandException(ExitCodes.Data, Path.GetFileName(source) == RunDirectory.ManifestPath("") ? $"{source} says what a run is and is no trace: name the directory that holds it" : e.Message, e);
        }
    }

    private static VerifyInput OfTrace(string source, TraceHeader header, IEnumerable<TraceLine> lines, bool isPiped)
    {
        var genesis = new Genesis(header.Cluster, header.Configuration, header.Service, header.Nonce);
        var store = new InMemoryEventStore();
        var faulty = TraceRun.Read(header, source)?.Faulty ?? [];
        if (header.Streams.IsEmpty)
        {
            return new VerifyInput(source, genesis, store, null, faulty) { IsFile = true, IsPiped = isPiped, Foreign = new ForeignTrace(header, [.. lines.Select(line => line.Step!)]) };
        }

        var beside = false;
        TraceImport.Into(store, source, header, lines.Select(line =>
        {
            beside |= line.Step is not null;
            return line;
        }));
        return new VerifyInput(source, genesis, store, header.Run, faulty) { IsFile = true, IsPiped = isPiped, HasStepsBesideRecords = beside };
    }

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();
}

/// <summary>A trace without records.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Steps">Its steps.</param>
internal sealed record ForeignTrace(TraceHeader Header, ImmutableArray<TraceStep> Steps)
{
    /// <summary>The line of the file on which a step of a replica stands; null if there is none.</summary>
    public int? LineOf(ReplicaId replica, long number) => Steps.FirstOrDefault(step => step.Replica == replica && step.Number == number)?.Line;
}
