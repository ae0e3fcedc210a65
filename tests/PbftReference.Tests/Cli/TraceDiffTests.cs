using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>Where two runs, or two replicas, part.</summary>
public sealed class TraceDiffTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Two_runs_of_a_seed_are_the_same()
    {
        var (one, other) = (Run("one", "--operations", "20"), Run("other", "--operations", "20"));

        Assert.Contains("the same: every replica's records", Pbft.Succeed("trace", "diff", one, other).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_runs_that_part_the_cause_comes_first_and_its_consequences_name_it()
    {
        // one operation more: the first difference is a request, what others do with it follows
        var (one, other) = (Run("one", "--operations", "20", "--faults", "none"), Run("other", "--operations", "21", "--faults", "none"));
        var result = Pbft.Run("trace", "diff", one, other, "--json");
        Assert.Equal(ExitCodes.Violation, result.ExitCode);

        var divergences = JObject.Parse(result.Output)["divergences"]!;
        var roots = divergences.Where(d => d["follows"]!.Type == JTokenType.Null).ToList();
        Assert.NotEmpty(roots);
        Assert.All(divergences.Where(d => d["follows"]!.Type != JTokenType.Null), d => Assert.Contains(divergences, other => (int)other["replica"]! == (int)d["follows"]!));
        Assert.Contains("unexplained by the others", Pbft.Run("trace", "diff", one, other).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replicas_of_a_run_decide_the_same_in_whatever_order()
    {
        var log = Run("one", "--operations", "60");

        Assert.Contains(" 0 differ", Pbft.Succeed("trace", "diff", log, "--of", "0", "--with", "3").Output, StringComparison.Ordinal);
        Assert.Empty(JObject.Parse(Pbft.Succeed("trace", "diff", log, "--of", "1", "--with", "2", "--json").Output)["conflicts"]!);
    }

    [Fact]
    public void What_is_not_named_is_asked_for()
    {
        var log = Run("one", "--operations", "5");
        Assert.Contains("name another log", Pbft.Run("trace", "diff", log).Notes, StringComparison.Ordinal);
        Assert.Contains("give both, or neither", Pbft.Run("trace", "diff", log, "--of", "1").Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_of_different_clusters_are_compared_only_where_that_is_asked_for()
    {
        var (one, other) = (Run("one", "--operations", "5"), Run("other", "--operations", "5", "--batch", "3"));

        var refused = Pbft.Run("trace", "diff", one, other);
        Assert.Equal(ExitCodes.Data, refused.ExitCode);
        Assert.Contains("are logs of different clusters", refused.Notes, StringComparison.Ordinal);
        Assert.Contains("batchSize 100 and 3", refused.Notes, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Data, Pbft.Run("trace", "diff", one, other, "--of", "0", "--with", "0").ExitCode);
        Assert.Equal(ExitCodes.Violation, Pbft.Run("trace", "diff", one, other, "--across-clusters").ExitCode);
    }

    [Fact]
    public void Runs_of_a_seed_with_other_timeouts_are_of_one_cluster()
    {
        var (one, other) = (Run("one", "--operations", "5"), Run("other", "--operations", "5", "--request-timeout", "700"));

        Assert.NotEqual(ExitCodes.Data, Pbft.Run("trace", "diff", one, other).ExitCode);
    }

    [Fact]
    public void A_replica_is_not_compared_with_itself_and_who_is_not_there_is_named_by_the_option()
    {
        var log = Run("one", "--operations", "5");

        var itself = Pbft.Run("trace", "diff", log, "--of", "1", "--with", "1");
        Assert.Equal(ExitCodes.Usage, itself.ExitCode);
        Assert.Contains("name one replica of one log", itself.Notes, StringComparison.Ordinal);
        Assert.Contains("--with 9: the cluster has replicas 0 to 3", Pbft.Run("trace", "diff", log, "--of", "1", "--with", "9").Notes, StringComparison.Ordinal);
        Assert.Contains("--of 9: the cluster has replicas 0 to 3", Pbft.Run("trace", "diff", log, "--of", "9", "--with", "1").Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void No_line_is_wider_than_a_terminal()
    {
        var (one, other) = (Run("one", "--operations", "60"), Run("other", "--operations", "61", "--request-timeout", "300"));

        Assert.All(Pbft.Run("trace", "diff", one, other).Lines, line => Assert.True(line.Length <= 80, line));
        Assert.All(Pbft.Run("trace", "diff", one, other, "--of", "0", "--with", "2").Lines, line => Assert.True(line.Length <= 80, line));
    }

    private string Run(string name, params string[] options)
    {
        var log = Path.Combine(_temporary.Path, name);
        Pbft.Succeed(["run", "--seed", "4", "--log", log, .. options]);
        return log;
    }
}
