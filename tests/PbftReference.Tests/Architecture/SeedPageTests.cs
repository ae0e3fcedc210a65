using System.Reflection;
using System.Text.RegularExpressions;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core;
using PbftReference.EventLog.Log;
using PbftReference.Host.Replicas;
using PbftReference.Runtime.Configuration;
using Xunit;

namespace PbftReference.Tests.Architecture;

/// <summary>docs/seed.md: every name of the seed, the type that it is here, and the tests that pin it.</summary>
public partial class SeedPageTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly[] Ours =
        [typeof(Replica).Assembly, typeof(ReplicaLog).Assembly, typeof(ReplicaHost).Assembly, typeof(IConsenter).Assembly, typeof(Settings).Assembly];

    private static List<string[]> Rows() =>
    [
        .. File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "docs", "seed.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Trim('|', ' ').Split(" | "))
            .Where(cells => cells.Length == 3 && cells[0] != "Fabric v0.6"),
    ];

    [Fact]
    public void Every_type_and_member_that_the_page_names_exists()
    {
        var types = Ours.SelectMany(assembly => assembly.GetTypes()).ToLookup(type => type.Name);
        var names = Rows().SelectMany(row => Code().Matches(row[1]).Select(m => m.Groups[1].Value)).Distinct().ToList();

        Assert.True(names.Count > 100, $"only {names.Count} names");
        Assert.All(names, name =>
        {
            var parts = name.Split('.');
            Assert.True(types[parts[0]].Any(), $"there is no type {parts[0]}");
            if (parts.Length > 1) Assert.True(types[parts[0]].SelectMany(type => type.GetMembers(All)).Any(member => member.Name == parts[1]), $"there is no member {name}");
        });
    }

    [Fact]
    public void Every_row_names_tests_and_they_exist()
    {
        var tests = Assembly.GetExecutingAssembly().GetTypes().Where(type => type.GetMethods().Any(m => m.GetCustomAttributes<FactAttribute>().Any())).Select(type => type.Name).ToHashSet();

        Assert.All(Rows(), row => Assert.True(Code().IsMatch(row[2]), $"{row[0]} names no tests"));
        Assert.All(Rows().SelectMany(row => Code().Matches(row[2]).Select(m => m.Groups[1].Value)), name => Assert.Contains(name, tests));
    }

    [Theory]
    [InlineData("Manager")]
    [InlineData("Receiver")]
    [InlineData("SendEvent")]
    [InlineData("Inject")]
    [InlineData("Queue")]
    [InlineData("Timer")]
    [InlineData("SoftReset")]
    [InlineData("externalEventReceiver")]
    [InlineData("RecvMsg")]
    [InlineData("obcBatch")]
    [InlineData("batchMessageEvent")]
    [InlineData("processMessage")]
    [InlineData("txToReq")]
    [InlineData("submitToLeader")]
    [InlineData("executedEvent")]
    [InlineData("committedEvent")]
    [InlineData("execDoneEvent")]
    [InlineData("InvalidateState")]
    [InlineData("ValidateState")]
    [InlineData("controller")]
    [InlineData("executor")]
    [InlineData("helper")]
    [InlineData("noops")]
    [InlineData("util")]
    public void Every_name_of_the_seed_stands_on_the_page(string name) => Assert.Contains(Rows(), row => Regex.IsMatch(row[0], $@"\b{name}\b"));

    [GeneratedRegex("`([A-Za-z0-9_.]+)`")]
    private static partial Regex Code();
}
