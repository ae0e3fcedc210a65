using System.Text;
using System.Text.RegularExpressions;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using Xunit;

namespace PbftReference.Tests.EventLog.Codec;

/// <summary>docs/event-catalogue.md says what the code does.</summary>
public sealed partial class EventCatalogueTests
{
    private static readonly string Catalogue = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "event-catalogue.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Every_example_is_a_record_that_is_read_and_written_again()
    {
        foreach (var (type, json) in Examples())
        {
            var written = StepCodec.Encode(StepCodec.Decode(type, Encoding.UTF8.GetBytes(json)));
            Assert.Equal(type, written.Type);
            Assert.Equal(json, Encoding.UTF8.GetString(written.Data));
        }
    }

    [Fact]
    public void Every_record_type_and_every_event_has_an_example()
    {
        var examples = Examples().ToList();
        Assert.Equal(Names.RecordTypes.Order(StringComparer.Ordinal), examples.Select(example => example.Type).Distinct().Order(StringComparer.Ordinal));
        var events = examples.SelectMany(example => EventName().Matches(example.Json)).Select(match => match.Groups[1].Value).Distinct();
        Assert.Equal(Names.Events.All.Order(StringComparer.Ordinal), events.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_name_stands_in_its_table()
    {
        string[] names = [.. Names.Events.All, .. Names.Refusals.All, .. Names.Timers.All, .. Names.ViewChangeReasons.All];
        Assert.All(names, name => Assert.Contains($"\n| `{name}` |", Catalogue, StringComparison.Ordinal));
    }

    [Fact]
    public void The_configuration_shown_is_the_default()
    {
        var json = Catalogue[Catalogue.IndexOf("## Cluster configuration", StringComparison.Ordinal)..];
        var block = Block().Match(json).Groups[1].Value;
        Assert.Equal(Encoding.UTF8.GetString(ConfigurationCodec.Encode(new ClusterConfiguration())), block);
    }

    // Examples are broken into lines, with indents, for people.
    private static IEnumerable<(string Type, string Json)> Examples()
    {
        foreach (var section in Catalogue.Split("\n### ").Skip(1))
        {
            var type = section[1..section.IndexOf('`', 1)];
            var end = section.IndexOf("\n## ", StringComparison.Ordinal);
            foreach (Match block in Block().Matches(end < 0 ? section : section[..end]))
            {
                yield return (type, LineBreak().Replace(block.Groups[1].Value, ""));
            }
        }
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PbftReference.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"PbftReference.sln is in no folder above {AppContext.BaseDirectory}");
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("\n *")]
    private static partial Regex LineBreak();

    [GeneratedRegex("\"event\":\"([a-z-]+)\"")]
    private static partial Regex EventName();
}
