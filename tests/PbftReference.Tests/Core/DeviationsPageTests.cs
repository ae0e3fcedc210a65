using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>docs/deviations.md names tests that exist.</summary>
public partial class DeviationsPageTests
{
    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "deviations.md"));
        var tests = Assembly.GetExecutingAssembly().GetTypes().SelectMany(t => t.GetMethods())
            .Where(m => m.GetCustomAttributes<FactAttribute>().Any()).Select(m => m.Name).ToList();
        var named = Named().Matches(page).Select(m => m.Groups[1].Value).ToList();

        Assert.True(named.Count > 50, $"only {named.Count} tests are named");
        Assert.All(named, name => Assert.Contains(tests, test => name.EndsWith('_') ? test.StartsWith(name, StringComparison.Ordinal) : test == name));
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*_[A-Za-z0-9_]*)`")]
    private static partial Regex Named();
}
