using PbftReference.Runtime.Configuration;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>Settings: where a value comes from, and what is said when it is wrong.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pbft-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Dictionary<string, string> Nothing { get; } = [];

    private string FileOf(string json)
    {
        var path = Path.Combine(_directory, "pbft.json");
        File.WriteAllText(path, json);
        return path;
    }

    [Fact]
    public void Without_anything_given_the_defaults_make_a_cluster()
    {
        var configuration = Settings.Resolve(null, Nothing, []).ToClusterConfiguration();

        Assert.Equal((4, 1, 10, 40, 500, 2000), (configuration.Replicas, configuration.Faults, configuration.CheckpointPeriod, configuration.LogWindow, configuration.BatchSize, configuration.RequestTimeout));
    }

    [Fact]
    public void The_command_line_goes_before_the_environment_and_that_before_the_file()
    {
        var file = FileOf("""{ "general": { "K": 20, "batchsize": 7 }, "general.N": 7, "general.timeout.status": "1s" }""");
        var settings = Settings.Resolve(file, new Dictionary<string, string> { ["PBFT_GENERAL_K"] = "30", ["pbft_general_batchsize"] = "8" }, ["general.K=40"]);

        Assert.Equal(("40", "--set"), (settings["general.K"].Text, settings["general.K"].Source));
        Assert.Equal(("8", "pbft_general_batchsize"), (settings["general.batchsize"].Text, settings["general.batchsize"].Source));
        Assert.Equal(("7", $"{file}:1"), (settings["general.N"].Text, settings["general.N"].Source));
        Assert.Equal((1000, "default"), (settings["general.timeout.status"].Number, settings["general.batchbytes"].Source));
    }

    [Theory]
    [InlineData("general.K=0", "--set: general.K = '0': it must be 1 to 1048576")]
    [InlineData("general.K=many", "--set: general.K = 'many': it takes a whole number")]
    [InlineData("general.timeout.request=5", "it takes a duration with its unit, as 250ms, 2s or 1m")]
    [InlineData("general.timeout.request=2h", "it takes a duration with its unit")]
    [InlineData("transport.queue.bytes=64MB", "it takes a size with its unit, as 4096B, 64KiB or 32MiB")]
    [InlineData("K=5", "there is no setting 'K'; did you mean 'general.K'?")]
    [InlineData("general.btachsize=5", "there is no setting 'general.btachsize'; did you mean 'general.batchsize'?")]
    [InlineData("node.http=0.0.0.0:80", "it takes an address of the loopback and a port")]
    [InlineData("node.http=127.0.0.1", "it takes an address of the loopback and a port")]
    [InlineData("general.byzantine=true", "a live replica does not misbehave on purpose")]
    [InlineData("general.byzantine=perhaps", "it takes true or false")]
    [InlineData("peer.validator.consensus.plugin=pbtf", "it takes pbft or noops")]
    [InlineData("general.mode=sieve", "it takes batch")]
    [InlineData("general.K", "write it as KEY=VALUE")]
    [InlineData("telemetry.otlp=here", "it takes http://HOST:PORT")]
    public void A_wrong_value_is_told_with_key_value_source_and_what_is_allowed(string given, string message)
    {
        var told = Assert.Throws<SettingException>(() => Settings.Resolve(null, Nothing, [given]));

        Assert.Contains(message, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_value_in_a_file_is_told_with_its_line()
    {
        var file = FileOf("{\n  \"general.N\": 4,\n  \"general.K\": \"ten\"\n}");

        var told = Assert.Throws<SettingException>(() => Settings.Resolve(file, Nothing, []));

        Assert.StartsWith($"{file}:3: general.K = 'ten'", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{ \"general.K\": [1] }")]
    [InlineData("{ \"general.K\": 1, \"general.K\": 2 }")]
    [InlineData("{")]
    [InlineData("{ \"general.K\": 1 } }")]
    public void A_file_that_is_not_settings_is_told(string json)
    {
        var file = FileOf(json);

        Assert.StartsWith(file, Assert.Throws<SettingException>(() => Settings.Resolve(file, Nothing, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_do_not_go_together_are_told_with_their_sources()
    {
        var settings = Settings.Resolve(null, Nothing, ["general.N=4", "general.f=2"]);

        var told = Assert.Throws<SettingException>(() => settings.ToClusterConfiguration());

        Assert.Equal("general.N = 4 (from --set) does not go together with general.f = 2 (from --set): n must be at least 3f+1 = 7", told.Message);
    }

    [Theory]
    [InlineData("general.K=600000", "general.logmultiplier = 4 (from default): their product, the log window L, must be at most 1048576")]
    [InlineData("general.timeout.viewchange=3s", "general.timeout.request = 2s (from default): the first wait for a new view is that for a request")]
    [InlineData("transport.frame.client=32MiB", "transport.frame.client = 32MiB (from --set): a frame of a replica must hold a batch")]
    [InlineData("general.batchbytes=16MiB transport.frame.replica=16MiB", "general.batchbytes = 16MiB (from --set): a frame of a replica must hold a batch")]
    public void Two_values_that_do_not_go_together_are_both_told_with_what_is_allowed(string given, string message)
    {
        var settings = Settings.Resolve(null, Nothing, given.Split(' '));

        var told = Assert.Throws<SettingException>(() => settings.ToClusterConfiguration());

        Assert.Contains(message, told.Message, StringComparison.Ordinal);
        Assert.True(told.OfCommandLine);
    }

    [Fact]
    public void A_value_that_follows_from_another_is_shown_as_it_is_used()
    {
        var settings = Settings.Resolve(null, Nothing, ["general.N=7", "general.timeout.request=5s"]);

        Assert.Equal(("2", "default by general.N", true), (settings["general.f"].Text, settings["general.f"].Source, settings["general.f"].IsDefault));
        Assert.Equal(("5s", "default by general.timeout.request"), (settings["general.timeout.viewchange"].Text, settings["general.timeout.viewchange"].Source));
        Assert.Equal((2, 5000), settings.ToClusterConfiguration() is var c ? (c.Faults, c.RequestTimeout) : default);
    }

    [Theory]
    [InlineData("{\n \"general\": { \"K\": 1 },\n \"general.K\": 2 }", 3)]
    [InlineData("{\n \"general.k\": 1, \"general.K\": 2 }", 2)]
    public void A_value_that_a_file_gives_twice_is_told(string json, int line)
    {
        var file = FileOf(json);

        Assert.Equal($"{file}:{line}: general.K = '2': line 2 gives it a value already: keep one of them", Assert.Throws<SettingException>(() => Settings.Resolve(file, Nothing, [])).Message);
    }

    [Fact]
    public void Two_variables_for_one_setting_are_told()
    {
        var environment = new Dictionary<string, string> { ["PBFT_GENERAL_K"] = "1", ["pbft_general_k"] = "2" };

        Assert.Equal("the environment variables PBFT_GENERAL_K and pbft_general_k both set general.K: keep one of them", Assert.Throws<SettingException>(() => Settings.Resolve(null, environment, [])).Message);
    }

    /// <summary>Fabric reads a number without unit as seconds in this one key.</summary>
    [Fact]
    public void The_wait_for_a_block_may_be_a_number_of_seconds()
    {
        Assert.Equal(("3s", 3000), Settings.Resolve(null, Nothing, ["block.wait=3"])["block.wait"] is var wait ? (wait.Text, wait.Number) : default);
        Assert.Equal(250, Settings.Resolve(null, Nothing, ["block.wait=250ms"])["block.wait"].Number);
        Assert.Throws<SettingException>(() => Settings.Resolve(null, Nothing, ["block.wait=61"]));
    }

    /// <summary>Fabric raises the request timeout by itself where the batch timeout reaches it.</summary>
    [Fact]
    public void A_request_timeout_within_the_batch_timeout_is_an_error()
    {
        var settings = Settings.Resolve(null, Nothing, ["general.timeout.batch=3s"]);

        Assert.Contains("the request timeout must exceed the batch timeout", Assert.Throws<SettingException>(() => settings.ToClusterConfiguration()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_cannot_disagree_with_the_genesis()
    {
        using var cluster = new TestCluster(4);
        var agreed = Settings.Resolve(null, Nothing, ["general.K=10", "general.timeout.request=2000ms"]);
        var other = Settings.Resolve(null, Nothing, ["general.K=20"]);

        agreed.RequireAgreement(cluster.Members);
        var told = Assert.Throws<SettingException>(() => other.RequireAgreement(cluster.Members));

        Assert.Contains("general.K = '20', and the genesis of cluster test says 10", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_node_what_is_agreed_is_what_the_genesis_says()
    {
        using var cluster = new TestCluster(7);
        var settings = Settings.Resolve(null, Nothing, ["general.K=10"]).Within(cluster.Members);

        Assert.All(settings.All.Where(s => s.Key.Scope == SettingScope.Agreed), s => Assert.Equal(Settings.GenesisSource, s.Source));
        Assert.Equal(("7", "2", "100"), (settings["general.N"].Text, settings["general.f"].Text, settings["general.batchsize"].Text));
        Assert.Equal(Settings.DefaultSource, settings["node.retain"].Source);
    }

    /// <summary>Otherwise its peers could not send it what they agreed on.</summary>
    [Fact]
    public void A_node_cannot_take_smaller_frames_than_the_genesis_has_batches()
    {
        using var cluster = new TestCluster(4);
        var settings = Settings.Resolve(null, Nothing, ["transport.frame.replica=256KiB", "transport.frame.client=64KiB"]);

        var told = Assert.Throws<SettingException>(() => settings.Within(cluster.Members));

        Assert.Equal("transport.frame.replica = 256KiB (from --set) does not go together with general.batchbytes = 256KiB (from genesis): a frame of a replica must hold a batch, and 64KiB more", told.Message);
    }

    [Fact]
    public void An_unknown_variable_and_a_setting_without_effect_are_noted()
    {
        var settings = Settings.Resolve(null, new Dictionary<string, string> { ["PBFT_GENERAL_Q"] = "1" }, ["general.timeout.broadcast=2s"]);

        Assert.Contains(settings.Notes, note => note.Contains("PBFT_GENERAL_Q is not a setting's: it has no effect; did you mean PBFT_GENERAL_", StringComparison.Ordinal));
        Assert.Contains(settings.Notes, note => note.Contains("general.timeout.broadcast", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_setting_stands_in_the_documentation_as_it_is()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "configuration.md"));

        Assert.Equal(
            SettingKeys.All.Select(key => $"| `{key.Name}` | {(key.Default.Length == 0 ? "" : $"`{key.Default}`")} | {key.Bounds} | {(key.Scope == SettingScope.Agreed ? "agreed" : "node")} | {key.Meaning} |"),
            page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_key_of_Fabric_is_there()
    {
        string[] fabric =
        [
            "general.mode", "general.N", "general.f", "general.K", "general.logmultiplier", "general.batchsize", "general.byzantine", "general.viewchangeperiod",
            "general.timeout.batch", "general.timeout.request", "general.timeout.viewchange", "general.timeout.resendviewchange", "general.timeout.nullrequest",
            "general.timeout.broadcast", "executor.queuesize", "peer.validator.consensus.plugin", "peer.validator.consensus.buffersize", "block.size", "block.wait",
        ];

        Assert.All(fabric, name => Assert.NotNull(SettingKeys.Find(name)));
    }
}
