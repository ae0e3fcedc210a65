using PbftReference.Tests.Cli;
using PbftReference.Tests.EventLog.Stores;
using VerifyXunit;
using Xunit;

namespace PbftReference.Tests.Golden;

/// <summary>
/// A run of four real processes, recorded once: eight operations, the primary killed after six and restarted after eight. Its logs are
/// logs like others: imported, decided again, verified, looked at.
/// </summary>
public sealed class LiveTraceTests : IDisposable
{
    private const string Directory = "../../../snapshots/live";

    private readonly TemporaryDirectory _temporary = new();

    private static string Trace => Path.Combine(RepositoryRoot.Path, "snapshots", "live", "killed-primary.jsonl");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void It_conforms_and_holds_a_view_change_and_a_restart() =>
        Assert.Contains("conforms: 306 records of 4 correct replicas", Pbft.Succeed("verify", Trace, "--expect", "executed>=32,view-changes>=3,restarts>=1,stable>=4").Output, StringComparison.Ordinal);

    [Fact]
    public async Task Imported_it_is_decided_again_byte_for_byte_and_shows_what_it_showed()
    {
        var log = Path.Combine(_temporary.Path, "live");
        Pbft.Succeed("trace", "import", Trace, "--log", log);

        Pbft.Succeed("log", "verify", log);
        Assert.Contains("holds: every step, decided again", Pbft.Succeed("replay", log, "--verify").Output, StringComparison.Ordinal);
        Assert.All([1, 2, 3], i => Assert.Equal(["a", "b", "c", "d", "e", "f", "without the primary", "once more"], Pbft.Executed(log, i)));
        await Verifier.Verify(Pbft.Succeed("log", "show", log).Output.TrimEnd('\n'), "txt").UseDirectory(Directory).UseFileName("killed-primary.transitions");
        await Verifier.Verify(Pbft.Succeed("state", log, "--replica", "1", "--json").Output.TrimEnd('\n'), "json").UseDirectory(Directory).UseFileName("killed-primary.state-1");
    }
}
