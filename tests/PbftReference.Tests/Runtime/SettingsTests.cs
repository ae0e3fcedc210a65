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
        Assert.Equal((1000, "default"), (settings["general.timeout.status"].Number, settings["general.f"].Source));
    }

    [Theory]
    [InlineData("general.K=0", "--set: general.K = '0': it must be 1 to 1048576")]
    [InlineData("general.K=many", "--set: general.K = 'many': it takes a whole number")]
    [InlineData("general.timeout.request=5", "it takes a duration with its unit, as 250ms, 2s or 1m")]
    [InlineData("general.timeout.request=2h", "it takes a duration with its unit")]
    [InlineData("transport.queue.bytes=64MB", "it takes a size with its unit, as 4096B, 64KiB or 32MiB")]
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

        Assert.Contains("n must be at least 3f+1 = 7", told.Message, StringComparison.Ordinal);
        Assert.Contains("general.f = 2 from --set", told.Message, StringComparison.Ordinal);
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
    public void An_unknown_variable_and_a_setting_without_effect_are_noted()
    {
        var settings = Settings.Resolve(null, new Dictionary<string, string> { ["PBFT_GENERAL_Q"] = "1" }, ["general.timeout.broadcast=2s"]);

        Assert.Contains(settings.Notes, note => note.Contains("PBFT_GENERAL_Q", StringComparison.Ordinal));
        Assert.Contains(settings.Notes, note => note.Contains("general.timeout.broadcast", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_setting_stands_in_the_documentation_as_it_is()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "configuration.md"));

        Assert.All(SettingKeys.All, key => Assert.Contains(
            $"| `{key.Name}` | {(key.Default.Length == 0 ? "" : $"`{key.Default}`")} | {key.Bounds} | {(key.Scope == SettingScope.Agreed ? "agreed" : "node")} | {key.Meaning} |",
            page, StringComparison.Ordinal));
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
