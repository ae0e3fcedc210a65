using System.Globalization;
using System.Text;
using PbftReference.Cli.Output;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Simulation;
using PbftReference.Tests.EventLog.Stores;
using VerifyXunit;
using Xunit;

namespace PbftReference.Tests.Golden;

/// <summary>A scenario that was run, for questions about it and for comparison with its golden files.</summary>
internal sealed class GoldenRun : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly IEventStore _store;
    private readonly Genesis _genesis;

    public GoldenRun(ScriptedScenario scenario)
    {
        scenario.RunInto(Path);
        _genesis = RunDirectory.ReadManifest(Path).Genesis;
        _store = RunDirectory.OpenLog(Path);
    }

    private string Path => System.IO.Path.Combine(_directory.Path, "run");

    /// <summary>The steps of a replica.</summary>
    public IReadOnlyList<Step> Steps(int replica) => [.. Records(replica).Select(record => record.Step).OfType<Step>()];

    /// <summary>The events of a replica, of one type.</summary>
    public IReadOnlyList<T> Events<T>(int replica)
        where T : ReplicaEvent => [.. Steps(replica).SelectMany(step => step.Events).OfType<T>()];

    /// <summary>The state of a replica at the end.</summary>
    public ReplicaState End(int replica) => Fold.Steps(ReplicaState.Genesis(_genesis.Configuration, new ReplicaId(replica)), Steps(replica).ToArray());

    /// <summary>Compares with the three golden files: the log and the state of one replica, and the transitions of all.</summary>
    public Task Verify(string name, int replica) => Task.WhenAll(
        Verifier.Verify(Log(replica), "log").UseDirectory(Directory).UseFileName($"{name}.replica-{replica}"),
        Verifier.Verify(Pbft("state", Path, "--replica", Text(replica), "--json"), "json").UseDirectory(Directory).UseFileName($"{name}.state-{replica}"),
        Verifier.Verify(Pbft("log", "show", Path), "txt").UseDirectory(Directory).UseFileName($"{name}.transitions"));

    /// <summary>Where the golden traces are, seen from this file.</summary>
    public const string Directory = "../../../snapshots/traces";

    /// <summary>Runs the command line and gives its result.</summary>
    public static string Pbft(params string[] args)
    {
        using var result = new StringWriter { NewLine = "\n" };
        using var notes = new StringWriter { NewLine = "\n" };
        var code = PbftReference.Cli.Program.Run(args, new Terminal(result, notes, colour: false, interactive: false, width: 80));
        Assert.True(code == 0, $"pbft {string.Join(' ', args)} ended with {code}: {notes}");
        return result.ToString().TrimEnd('\n').Replace("\r", "", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    // A record a line: revision, type, hash, data.
    private string Log(int replica)
    {
        var text = new StringBuilder();
        foreach (var record in Records(replica))
        {
            text.Append(CultureInfo.InvariantCulture, $"{record.Revision} {record.Type} {record.Hash} {Encoding.UTF8.GetString(record.Data.Span)}\n");
        }

        return text.ToString().TrimEnd('\n');
    }

    private IEnumerable<LogRecord> Records(int replica) => ReplicaLog.Read(_store, LogStreams.OfReplica(_genesis.Cluster, new ReplicaId(replica)));

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
