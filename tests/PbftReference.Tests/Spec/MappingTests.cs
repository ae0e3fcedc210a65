using System.Reflection;
using System.Text.RegularExpressions;
using PbftReference.Audit.Verification;
using PbftReference.Core.Events;
using PbftReference.Core.Rules;
using PbftReference.EventLog.Codec;
using PbftReference.Spec;
using Xunit;

namespace PbftReference.Tests.Spec;

/// <summary>spec/mapping.md is complete in both directions, and names only what there is.</summary>
public sealed partial class MappingTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "spec", "mapping.md"));

    [Fact]
    public void Every_event_of_the_log_stands_there() =>
        AssertSame(Enum.GetValues<EventKind>().Select(Names.Events.Of), Column("Events", 0));

    [Fact]
    public void Every_action_of_the_specification_stands_there()
    {
        var translated = LocalConstructor().Matches(Specification.Text).Select(m => m.Value);
        AssertSame(SpecAction.Names, Column("Actions", 0));
        Assert.All(SpecAction.Names, name => Assert.Contains(name, translated));
        Assert.Equal(SpecAction.Names.Length, typeof(SpecAction).Assembly.GetTypes().Count(type => type.Name.StartsWith("Local_L", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_refusal_stands_there() => AssertSame(Enum.GetValues<Refusal>().Select(Names.Refusals.Of), Column("Refusals", 0));

    [Fact]
    public void Every_guard_of_the_specification_stands_there() => AssertSame(SpecPeer.Guards, Column("Actions", 2).Distinct());

    [Fact]
    public void Every_guard_of_the_checking_stands_there()
    {
        var guards = typeof(RecordGuards).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        AssertSame(guards, Column("Guards of the checking itself", 0));
    }

    [Fact]
    public void Every_duty_stands_there_with_the_action_that_is_owed()
    {
        AssertSame(SpecDesk.Names, Column("Duties", 0));
        Assert.All(Column("Duties", 2), action => Assert.Contains(action, SpecAction.Names));
    }

    [Fact]
    public void Events_and_actions_name_each_other()
    {
        var fromActions = Rows("Actions").SelectMany(row => Code(row[1]).Select(e => (Event: e, Action: Code(row[0]).Single())));
        var fromEvents = Rows("Events").SelectMany(row => Code(row[3]).Where(word => word.StartsWith('L')).Select(action => (Event: Code(row[0]).Single(), Action: action)));
        Assert.Equal(fromActions.Order(), fromEvents.Order());
    }

    [Fact]
    public void Refusals_name_guards_that_there_are() =>
        Assert.All(Column("Refusals", 3).Where(name => name != "Admits"), guard => Assert.Contains(guard, SpecPeer.Guards));

    [Theory]
    [InlineData("Events", 1)]
    [InlineData("Refusals", 1)]
    public void Every_rule_that_is_named_exists(string table, int column)
    {
        foreach (var name in Column(table, column))
        {
            var (type, method) = (name.Split('.')[0], name.Split('.')[1]);
            var rules = typeof(PbftReference.Core.Replica).Assembly.GetTypes().Single(t => t.Name == type);
            Assert.Contains(rules.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic), m => m.Name == method);
        }
    }

    [Theory]
    [InlineData("Events", 4)]
    [InlineData("Actions", 4)]
    [InlineData("Refusals", 4)]
    [InlineData("Duties", 4)]
    [InlineData("Guards of the checking itself", 2)]
    public void Every_test_that_is_named_exists(string table, int column)
    {
        var tests = Assembly.GetExecutingAssembly().GetTypes().SelectMany(t => t.GetMethods())
            .Where(m => m.GetCustomAttributes<FactAttribute>().Any()).Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(Column(table, column), name => Assert.Contains(name, tests));
        Assert.All(Rows(table), row => Assert.True(Code(row[column]).Any() || row[column].StartsWith("none", StringComparison.Ordinal), $"{row[0]} has no test"));
    }

    private static void AssertSame(IEnumerable<string> there, IEnumerable<string> named) =>
        Assert.Equal(there.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));

    private static IEnumerable<string> Column(string table, int column) => Rows(table).SelectMany(row => Code(row[column]));

    // The rows of the table below a heading, without the table's own head.
    private static IEnumerable<string[]> Rows(string table)
    {
        var part = Page.Split($"## {table}\n")[1].Split("\n## ")[0];
        return part.Split('\n').Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));
    }

    private static IEnumerable<string> Code(string cell) => InBackticks().Matches(cell).Select(m => m.Groups[1].Value);

    [GeneratedRegex("`([^`(]*)[^`]*`")]
    private static partial Regex InBackticks();

    [GeneratedRegex(@"\bL[A-Z][A-Za-z]+\b")]
    private static partial Regex LocalConstructor();
}
