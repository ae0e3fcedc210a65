using System.Xml.Linq;
using Xunit;

namespace PbftReference.Tests.Architecture;

/// <summary>Dependencies run one way: Core, EventLog, Host, then Consensus and Runtime, Audit, Simulation, last Cli; the specification stands before Audit and uses none.</summary>
public class DependencyTests
{
    private static readonly string[] Order =
        [
        "PbftReference.Core", "PbftReference.EventLog", "PbftReference.Host", "PbftReference.Consensus", "PbftReference.Audit", "PbftReference.Simulation",
        "PbftReference.Runtime", "PbftReference.Cli",
    ];

    [Fact]
    public void A_project_references_only_projects_before_it()
    {
        for (var i = 0; i < Order.Length; i++)
        {
            foreach (var reference in ProjectReferences(Order[i]).Where(r => r is not "Stateless" and not "EventStore.Client.Grpc.Streams" && (r, Order[i]) != ("PbftReference.Spec", "PbftReference.Audit")))
            {
                var at = Array.IndexOf(Order, reference);
                Assert.True(at >= 0 && at < i, $"{Order[i]} references {reference}");
            }
        }
    }

    [Fact]
    public void Every_project_under_src_has_its_place_in_the_order()
    {
        var projects = Directory.GetDirectories(Path.Combine(RepositoryRoot.Path, "src"), "PbftReference.*").Select(Path.GetFileName);
        Assert.Equal(Order.Order(StringComparer.Ordinal), projects.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_specification_references_nothing()
    {
        var project = XDocument.Load(Path.Combine(RepositoryRoot.Path, "spec", "PbftReference.Spec.csproj"));
        Assert.Empty(project.Descendants("ProjectReference"));
        Assert.Empty(project.Descendants("PackageReference"));
    }

    [Fact]
    public void Core_references_nothing_but_Stateless_and_an_analyzer()
    {
        Assert.Equal(["Stateless"], ProjectReferences("PbftReference.Core"));
        var packages = Project("PbftReference.Core").Descendants("PackageReference").Select(p => (string)p.Attribute("Include")!);
        Assert.Equal(["Microsoft.CodeAnalysis.BannedApiAnalyzers", "Stateless"], packages.Order(StringComparer.Ordinal));
        var assemblies = typeof(PbftReference.Core.Replica).Assembly.GetReferencedAssemblies().Select(a => a.Name!);
        Assert.DoesNotContain(assemblies, name => name.StartsWith("Newtonsoft", StringComparison.Ordinal) || name.Contains("Sqlite", StringComparison.Ordinal));
    }

    [Fact]
    public void Clock_chance_threads_and_hash_order_are_banned_in_Core()
    {
        var banned = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "src", "PbftReference.Core", "BannedSymbols.txt"));
        string[] musts =
            ["System.DateTime;", "System.Random;", "System.Threading.Thread;", "System.Collections.Generic.HashSet`1;", "ImmutableDictionary`2;", "ImmutableHashSet`1;"];
        Assert.All(musts, must => Assert.Contains(must, banned, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_file_of_Core_that_uses_a_Dictionary_is_known()
    {
        // System.Collections.Generic.Dictionary enumerates in insertion order only as long as nothing is removed: Core does without.
        var users = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src", "PbftReference.Core"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(path => System.Text.RegularExpressions.Regex.IsMatch(File.ReadAllText(path), @"\bDictionary<"))
            .Select(Path.GetFileName);
        Assert.Empty(users);
    }

    private static IEnumerable<string> ProjectReferences(string project) =>
        Project(project).Descendants("ProjectReference").Select(p => Path.GetFileNameWithoutExtension(((string)p.Attribute("Include")!).Replace('\\', '/')));

    private static XDocument Project(string name) => XDocument.Load(Path.Combine(RepositoryRoot.Path, "src", name, name + ".csproj"));
}
