using PbftReference.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>An audit of what somebody has at night of a cluster of processes: its directory, replicas' directories, log files, with or without the genesis.</summary>
public sealed class AuditLiveTests : IDisposable
{
    private const string SameOfAll = "nobody is accused, and all decided the same";

    private readonly TemporaryDirectory _temporary = new();

    public AuditLiveTests()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        try
        {
            Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "--outstanding", "1", "first", "second", "third");
        }
        finally
        {
            Pbft.Run("cluster", "stop", "--cluster", Cluster);
        }
    }

    private string Cluster => At("cluster");

    private string Genesis => Path.Combine(Cluster, "genesis.json");

    public void Dispose() => _temporary.Dispose();

    private string At(string name) => Path.Combine(_temporary.Path, name);

    [Fact]
    public void Logs_of_a_live_cluster_are_audited_however_they_are_named()
    {
        var whole = Pbft.Succeed("audit", Cluster).Output;
        Assert.Contains(SameOfAll, whole, StringComparison.Ordinal);

        Copy("replica-0", At("copy-of-r0"));
        Copy("replica-2", At("copy-of-r2"));
        var some = Pbft.Run("audit", At("copy-of-r0"), At("copy-of-r2"), "--genesis", Genesis);
        Assert.Equal(ExitCodes.Unknown, some.ExitCode);
        Assert.Contains("gap: replica 1: its log is not here", some.Output, StringComparison.Ordinal);
        Assert.Contains("as far as these logs tell", some.Output.Replace("\n  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, Pbft.Run("audit", At("copy-of-r0")).ExitCode);

        // a mixture, in whatever order, and some of it twice: nothing counts twice
        var log = Path.Combine(Cluster, "replica-3", "log.db");
        Assert.Equal(whole, Pbft.Succeed("audit", log, At("copy-of-r2"), Path.Combine(Cluster, "replica-1"), At("copy-of-r0"), "--genesis", Genesis).Output);
        Assert.Equal(whole, Pbft.Succeed("audit", Path.Combine(Cluster, "replica-1"), Cluster, log, At("copy-of-r0"), "--genesis", Genesis).Output);
        // the genesis of a replica's directory stands above it
        Assert.Equal(whole, Pbft.Succeed(["audit", .. Enumerable.Range(0, 4).Select(i => Path.Combine(Cluster, $"replica-{i}"))]).Output);
    }

    [Fact]
    public void Of_a_cluster_without_some_replicas_directories_or_without_its_genesis_what_is_there_is_audited()
    {
        var genesis = At("g.json");
        File.Move(Genesis, genesis);
        Assert.Contains(SameOfAll, Pbft.Succeed("audit", Cluster, "--genesis", genesis).Output, StringComparison.Ordinal);
        Assert.Contains("name its genesis.json by --genesis", Pbft.Run("audit", Cluster).Notes.Replace("\n  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);

        File.Move(genesis, Genesis);
        var (log, mine) = (Path.Combine(Cluster, "replica-1", "log.db"), At("mine.db"));
        File.Move(log, mine);
        File.Copy(Path.Combine(Cluster, "replica-0", "log.db"), log);
        Assert.Contains("replica-1, replica-live.1, was not taken: ", Pbft.Run("audit", Cluster).Output.Replace("\n  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        File.Move(mine, log, overwrite: true);
        Directory.Delete(Path.Combine(Cluster, "replica-2"), recursive: true);
        var audit = Pbft.Run("audit", Cluster);
        Assert.Equal(ExitCodes.Unknown, audit.ExitCode);
        Assert.Contains("gap: replica 2: its log is not here; replica ", audit.Output.Replace("\n  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("corrupt", audit.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_replicas_directory_whose_log_is_emptied_is_a_gap_whether_its_configuration_is_there_or_not(bool isConfigured)
    {
        Copy("replica-0", At("copy"));
        File.WriteAllBytes(At("copy/log.db"), []);
        if (!isConfigured) File.Delete(At("copy/node.json"));

        var audit = Pbft.Run(["audit", .. Enumerable.Range(1, 3).Select(i => Path.Combine(Cluster, $"replica-{i}")), At("copy")]);

        var words = audit.Output.Replace("\n  ", " ", StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Unknown, audit.ExitCode);
        Assert.Contains($"undetermined: {At("copy")} was left out: ", words, StringComparison.Ordinal);
        Assert.Contains("is empty", words, StringComparison.Ordinal);
        Assert.Contains("gap: replica 0: its log is not here", words, StringComparison.Ordinal);
        Assert.DoesNotContain("there is no log.db", words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_genesis_under_which_no_signature_holds_is_suspected_and_what_to_do_is_told()
    {
        var text = File.ReadAllText(Genesis);
        var random = text.IndexOf("\"random\": \"", StringComparison.Ordinal) + "\"random\": \"".Length;
        File.WriteAllText(Genesis, text[..random] + (text[random] == '0' ? '1' : '0') + text[(random + 1)..]);
        File.WriteAllText(At("right.json"), text);

        var audit = Pbft.Run("audit", Cluster);

        Assert.Equal(ExitCodes.Unknown, audit.ExitCode);
        var words = audit.Output.Replace("\n  ", " ", StringComparison.Ordinal);
        Assert.Contains($"in the log of replica 0, 1, 2, 3 that were looked at, none holds under {Genesis}", words, StringComparison.Ordinal);
        Assert.Contains("name the right genesis.json by --genesis", words, StringComparison.Ordinal);
        Assert.DoesNotContain("does not have the signed commits", words, StringComparison.Ordinal);

        // and that is possible: by the directories themselves
        var other = Pbft.Run("audit", Cluster, "--genesis", At("right.json"));
        Assert.Equal(ExitCodes.Data, other.ExitCode);
        Assert.Contains("name the replicas' directories", other.Notes.Replace("\n  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(SameOfAll, Pbft.Succeed(["audit", .. Enumerable.Range(0, 4).Select(i => Path.Combine(Cluster, $"replica-{i}")), "--genesis", At("right.json")]).Output, StringComparison.Ordinal);
    }

    private void Copy(string replica, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(Path.Combine(Cluster, replica))) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
