using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>What <c>pbft verify</c> and <c>pbft trace import</c> take from a trace, and what they refuse.</summary>
public sealed class TraceInputTests(InspectedRun run) : IClassFixture<InspectedRun>
{
    [Fact]
    public void The_run_in_the_header_names_the_faulty_where_records_are_stripped_too()
    {
        var file = Stripped("faulty.jsonl");
        var result = Pbft.Run("verify", file);
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("taken as faulty are the replicas that the run made so: 0", result.Notes, StringComparison.Ordinal);
        var json = JObject.Parse(Pbft.Run("verify", file, "--json").Output);
        Assert.Equal("0 run", string.Join(", ", json["faultyBecause"]!.Select(one => $"{one["replica"]} {one["why"]}")));
    }

    [Fact]
    public void What_another_tool_keeps_in_run_is_left_alone()
    {
        var file = Stripped("another.jsonl", header =>
        {
            header["implementation"] = "another";
            header["run"] = "what it likes";
        });
        Assert.DoesNotContain("that the run made so", Pbft.Run("verify", file, "--faulty", "0").Notes, StringComparison.Ordinal);
        Assert.Equal(0, Pbft.Run("verify", file, "--faulty", "0").ExitCode);
    }

    [Theory]
    [InlineData("cluster", "cluster")]
    [InlineData("service", "service")]
    [InlineData("nonce", "nonce")]
    [InlineData("configuration.checkpointPeriod", "configuration.checkpointPeriod")]
    [InlineData("configuration.requestTimeoutMs", "configuration.requestTimeoutMs")]
    [InlineData("configuration.initialServiceDigest", "configuration.initialServiceDigest")]
    [InlineData("run", "run")]
    public void A_header_that_contradicts_its_run_is_refused_by_verify_and_by_import_alike(string path, string field)
    {
        void Change(JObject header)
        {
            var token = (JValue)header.SelectToken(path)!;
            token.Value = token.Type == JTokenType.Integer ? (long)token * 2
                : field is "nonce" or "configuration.initialServiceDigest" ? new string('1', 64) : "other";
        }

        var whole = Exported("contradicts.jsonl", Change);
        var copy = run.Beside("contradicts");
        foreach (var result in (PbftResult[])[Pbft.Run("verify", whole), Pbft.Run("trace", "import", whole, "--log", copy), Pbft.Run("verify", Stripped("contradicts-s.jsonl", Change))])
        {
            Assert.Equal(65, result.ExitCode);
            Assert.Contains($":1: at field \"{field}\": ", result.Notes, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(copy));
    }

    [Theory]
    [InlineData("{", "this is not a manifest of schema pbft.run/1: not JSON: at ")]
    [InlineData("[]", "this is not a manifest of schema pbft.run/1: it is no JSON object, or one of its fields")]
    [InlineData("""{"schema":"pbft.cluster-log/1"}""", "this is not a manifest of schema pbft.cluster-log/1: one of its fields is missing")]
    public void A_run_that_cannot_be_read_is_told_in_plain_words(string text, string words)
    {
        var result = Pbft.Run("verify", Stripped("unreadable.jsonl", header => header["run"] = text));
        Assert.Equal(65, result.ExitCode);
        Assert.Contains("unreadable.jsonl:1: at field \"run\": " + words, result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void That_steps_beside_records_are_not_judged_is_said()
    {
        Assert.Contains("the records of the file are judged", Pbft.Succeed("verify", Exported("beside.jsonl")).Notes, StringComparison.Ordinal);
        var bare = Exported("bare.jsonl");
        var lines = File.ReadAllLines(bare);
        File.WriteAllLines(bare, [lines[0], .. lines[1..].Select(line => new JObject(JObject.Parse(line).Property("record")!).ToString(Formatting.None))]);
        Assert.DoesNotContain("the records of the file are judged", Pbft.Succeed("verify", bare).Notes, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run.json", "says what a run is and is no trace: name the directory that holds it")]
    [InlineData("log.db", "this is a database, such as the log of a run is in: name the directory that holds it")]
    public void A_file_of_a_run_points_to_its_directory(string name, string words)
    {
        var file = Path.Combine(run.Directory, name);
        Assert.True(File.Exists(file), file);
        var result = Pbft.Run("verify", file);
        Assert.Equal(65, result.ExitCode);
        Assert.Contains(words, result.Notes, StringComparison.Ordinal);
    }

    private string Exported(string name, Action<JObject>? change = null)
    {
        var file = run.Beside(name);
        Pbft.Succeed("trace", "export", run.Directory, "-o", file);
        var lines = File.ReadAllLines(file);
        var header = JObject.Parse(lines[0]);
        change?.Invoke(header);
        File.WriteAllLines(file, [header.ToString(Formatting.None), .. lines[1..]]);
        return file;
    }

    private string Stripped(string name, Action<JObject>? change = null)
    {
        var file = Exported(name, change);
        var lines = File.ReadAllLines(file);
        var header = JObject.Parse(lines[0]);
        header.Remove("streams");
        var steps = lines[1..].Select(line => JObject.Parse(line)).Where(line => line.Remove("record") && line.HasValues);
        File.WriteAllLines(file, [header.ToString(Formatting.None), .. steps.Select(step => step.ToString(Formatting.None))]);
        return file;
    }
}
