using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Runtime.Configuration;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary><c>pbft config</c>: what it shows is what a node would use.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string Cluster => Path.Combine(_temporary.Path, "cluster");

    private string Node => Path.Combine(Cluster, "replica-0", "node.json");

    public void Dispose() => _temporary.Dispose();

    private static string[] RowOf(PbftResult view, string key) =>
        view.Lines.Single(line => line.TrimStart().StartsWith(key + " ", StringComparison.Ordinal)).Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void Refused(int code, string message, params string[] line)
    {
        var result = Pbft.Run(line);
        Assert.Equal((code, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_shown_once_with_value_and_source()
    {
        var view = Pbft.Succeed("config", "view", "--set", "general.N=7");

        Assert.Equal(["general.N", "7", "--set"], RowOf(view, "general.N"));
        Assert.Equal(["general.f", "2", "default by general.N"], RowOf(view, "general.f"));
        Assert.Equal(["general.timeout.batch", "50ms", "default"], RowOf(view, "general.timeout.batch"));
        Assert.All(SettingKeys.All, key => Assert.Single(view.Lines, line => line.Trim().Split(' ')[0] == key.Name));
    }

    [Fact]
    public void What_is_shown_of_a_node_is_what_its_genesis_and_its_file_say()
    {
        Pbft.Succeed("keygen", "--cluster", Cluster, "--clients", "1", "--set", "general.K=20", "--set", "general.timeout.request=4s");

        var view = Pbft.Succeed("config", "view", "--config", Node);

        Assert.Equal(["general.K", "20", "genesis"], RowOf(view, "general.K"));
        Assert.Equal(["general.timeout.viewchange", "4s", "genesis"], RowOf(view, "general.timeout.viewchange"));
        Assert.Contains(view.Lines, line => line.Trim() == $"{Node}:2");
    }

    [Fact]
    public void What_a_node_would_refuse_is_refused()
    {
        Pbft.Succeed("keygen", "--cluster", Cluster, "--clients", "1");
        var file = Path.Combine(_temporary.Path, "two.json");
        File.WriteAllText(file, """{ "general.N": 4, "general.f": 2 }""");

        Refused(ExitCodes.Usage, "general.K = '20', and the genesis of cluster live says 10", "config", "view", "--config", Node, "--set", "general.K=20");
        Refused(ExitCodes.Usage, "general.K = '20', and the genesis of cluster live says 10", "node", "--config", Node, "--set", "general.K=20");
        Refused(ExitCodes.Data, $"general.N = 4 (from {file}:1) does not go together with general.f = 2 (from {file}:1)", "config", "view", "--config", file);
        Refused(ExitCodes.Data, $"general.N = 4 (from {file}:1) does not go together with general.f = 2 (from {file}:1)", "keygen", "--cluster", Path.Combine(_temporary.Path, "other"), "--config", file);
        File.WriteAllText(Path.Combine(Cluster, "genesis.json"), "{}");
        Refused(ExitCodes.Data, "is not a genesis file", "config", "view", "--config", Node);
    }

    [Fact]
    public void Without_the_genesis_a_node_s_settings_are_shown_and_that_is_noted()
    {
        var file = Path.Combine(_temporary.Path, "node.json");
        File.WriteAllText(file, """{ "node": { "id": 0, "genesis": "nowhere.json" } }""");

        Assert.Contains($"there is no genesis file {Path.Combine(_temporary.Path, "nowhere.json")}", Pbft.Succeed("config", "view", "--config", file).Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_has_numbers_and_units()
    {
        var json = JObject.Parse(Pbft.Succeed("config", "view", "--json", "--set", "general.batchbytes=1MiB", "--set", "general.timeout.broadcast=2s").Output);
        JToken of(string key) => json["settings"]!.Single(setting => (string)setting["key"]! == key);

        Assert.Equal("pbft.config/1", (string)json["schema"]!);
        Assert.Equal((1 << 20, "B", "--set", false), ((int)of("general.batchbytes")["number"]!, (string)of("general.batchbytes")["unit"]!, (string)of("general.batchbytes")["source"]!, (bool)of("general.batchbytes")["isDefault"]!));
        Assert.Equal((500, "ms", "agreed", true), ((int)of("general.timeout.status")["number"]!, (string)of("general.timeout.status")["unit"]!, (string)of("general.timeout.status")["scope"]!, (bool)of("general.timeout.status")["isDefault"]!));
        Assert.Contains("nobody waits for a broadcast", (string)json["notes"]!.Single()!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_lines_fit_into_80_columns()
    {
        Assert.All(Pbft.Succeed("config", "view").Lines, line => Assert.True(line.Length <= 80 || line.TrimStart().StartsWith('/'), line));
        Assert.All(Pbft.Succeed("config", "keys").Lines, line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void The_names_of_the_settings_are_completed()
    {
        const string Line = "pbft config view --set general.timeout.";

        Assert.Contains("general.timeout.request=", Pbft.Succeed($"[suggest:{Line.Length}]", Line).Lines);
    }
}
