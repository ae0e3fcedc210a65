using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;
using PbftReference.Consensus.Interfaces;
using PbftReference.Host.Replicas;
using PbftReference.Runtime.Telemetry;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>What is measured, exported, charted and documented is the same.</summary>
[Collection(ListeningTests.Name)]
public partial class TelemetryTests
{
    [Fact]
    public void The_table_of_metrics_has_every_instrument_as_it_is_and_no_other()
    {
        var page = Page("operations.md");
        var rows = MetricRow().Matches(page).ToDictionary(row => row.Groups["name"].Value, row => row);

        var instruments = Instruments();
        Assert.NotEmpty(instruments);
        Assert.Equal(instruments.Select(i => i.Name).Order(StringComparer.Ordinal), rows.Keys);
        Assert.All(instruments, i => Assert.Equal(
            (PrometheusText.NameOf(i), KindOf(i), i.Description),
            (rows[i.Name].Groups["prometheus"].Value, rows[i.Name].Groups["kind"].Value, rows[i.Name].Groups["meaning"].Value)));
    }

    [Fact]
    public void The_table_of_metrics_has_every_tag_that_is_used()
    {
        var tags = MetricRow().Matches(Page("operations.md")).ToDictionary(row => row.Groups["prometheus"].Value, row => Tag().Matches(row.Groups["tags"].Value).Select(tag => tag.Value).ToList());
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);
        telemetry.Begin(null);
        MeasuredRun.Of("tagged", telemetry.OnStep);
        telemetry.OnDropped(null!, DropReason.Undecodable);
        telemetry.Written(1, 1, TimeSpan.Zero);
        telemetry.Sent(new PeerId(PeerType.Replica, 1), 1);

        var used = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (Match sample in Sample().Matches(prometheus.Write()))
        {
            var name = tags.ContainsKey(sample.Groups["name"].Value) ? sample.Groups["name"].Value : HistogramSuffix().Replace(sample.Groups["name"].Value, "");
            used[name] = [.. Label().Matches(sample.Groups["labels"].Value).Select(label => label.Groups[1].Value).Where(label => label != "le")];
        }

        Assert.Equal(tags.Keys.Order(StringComparer.Ordinal), used.Keys);
        Assert.All(used, pair => Assert.Equal(pair.Value, tags[pair.Key]));
    }

    [Theory]
    [InlineData("grafana/pbft.json")]
    [InlineData("prometheus/alerts.yml")]
    [InlineData("operations.md")]
    public void Every_metric_that_is_named_is_one_that_is_exported(string page)
    {
        var named = Metric().Matches(Page(page)).Select(match => match.Value).ToList();

        Assert.NotEmpty(named);
        var exported = Exported();
        Assert.All(named, name => Assert.Contains(name, exported));
    }

    [Fact]
    public void Every_panel_of_the_dashboard_queries_something_and_stands_in_its_own_place()
    {
        var panels = JObject.Parse(Page("grafana/pbft.json"))["panels"]!.ToList();

        Assert.All(panels, panel => Assert.NotEmpty(panel["targets"]!));
        Assert.All(panels.SelectMany(panel => panel["targets"]!), target => Assert.Matches(Metric(), (string)target["expr"]!));
        Assert.Equal(panels.Count, panels.Select(panel => (int)panel["id"]!).Distinct().Count());
        var cells = panels.Select(panel => panel["gridPos"]!).SelectMany(at =>
            from x in Enumerable.Range((int)at["x"]!, (int)at["w"]!) from y in Enumerable.Range((int)at["y"]!, (int)at["h"]!) select (x, y)).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());
    }

    [Fact]
    public void Every_alert_is_explained()
    {
        var alerts = Alert().Matches(Page("prometheus/alerts.yml")).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts, AlertRow().Matches(Page("operations.md")).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void The_table_of_messages_has_every_message_as_it_is_and_no_other()
    {
        var rows = MessageRow().Matches(Page("operations.md")).Select(row => row.Value).ToList();
        var messages = typeof(NodeMessages).GetMethods().Select(m => (m.Name, Message: m.GetCustomAttribute<LoggerMessageAttribute>())).Where(m => m.Message is not null).ToList();

        Assert.NotEmpty(messages);
        Assert.Equal(messages.Count, messages.Select(m => m.Message!.EventId).Distinct().Count());
        Assert.Equal(messages.OrderBy(m => m.Message!.EventId).Select(m => $"| {m.Message!.EventId} | {m.Name} | {m.Message.Level} | {m.Message.Message} |"), rows);
    }

    private static string Page(string path) => File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", path));

    private static string KindOf(Instrument instrument) => instrument switch { Counter<long> => "counter", Histogram<double> => "histogram", _ => "gauge" };

    private static List<Instrument> Instruments()
    {
        var instruments = new List<Instrument>();
        using var own = new ReplicaInstruments(new ReplicaGauges());
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter == own.Meter) instruments.Add(instrument);
            },
        };
        listener.Start();
        return instruments;
    }

    /// <summary>The names of all samples, and of the families that have several.</summary>
    private static HashSet<string> Exported()
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);
        return [.. Family().Matches(prometheus.Write()).SelectMany(family => family.Groups["kind"].Value == "histogram"
            ? (string[])["", "_bucket", "_sum", "_count"]
            : [""], (family, suffix) => family.Groups["name"].Value + suffix)];
    }

    [GeneratedRegex(@"\b(pbft|dotnet)_\w+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^# TYPE (?<name>\w+) (?<kind>\w+)$", RegexOptions.Multiline)]
    private static partial Regex Family();

    [GeneratedRegex(@"^(?<name>pbft_\w+)(\{(?<labels>.*)\})? \S+$", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("(\\w+)=\"")]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();

    [GeneratedRegex(@"^\| `(?<name>pbft\.[\w.]+)` \| `(?<prometheus>\w+)` \| (?<kind>\w+) \| (?<tags>[^|]*)\| (?<meaning>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"(?<=`)\w+(?=`)")]
    private static partial Regex Tag();

    [GeneratedRegex(@"^\| \d+ \| \w+ \| \w+ \| .+ \|$", RegexOptions.Multiline)]
    private static partial Regex MessageRow();

    [GeneratedRegex(@"^\s*- alert: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"^\| `(Pbft\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex AlertRow();
}
