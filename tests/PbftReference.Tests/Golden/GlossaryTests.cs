using System.Reflection;
using PbftReference.Cli;
using PbftReference.Core;
using PbftReference.EventLog.Log;
using PbftReference.Host;
using PbftReference.Tests.Cli;
using Xunit;

namespace PbftReference.Tests.Golden;

/// <summary>docs/glossary.md says what the code and the log say.</summary>
public sealed class GlossaryTests
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly[] Assemblies = [typeof(Fold).Assembly, typeof(LogRecord).Assembly, typeof(Genesis).Assembly, typeof(ExitCodes).Assembly];

    // term, letter, meaning, section, code, log
    private static readonly string[][] Rows = [.. File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "docs", "glossary.md"))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| term", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))
        .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray())];

    [Fact]
    public void Every_term_stands_once_with_a_meaning_and_a_source()
    {
        Assert.True(Rows.Length > 40);
        Assert.All(Rows, row => Assert.True(row.Length == 6 && row[0].Length > 0 && row[2].Length > 5 && row[3].Length > 0, string.Join('|', row)));
        Assert.Equal(Rows.Length, Rows.Select(row => row[0]).Distinct().Count());
    }

    [Fact]
    public void Every_term_has_a_name_in_the_code() => Assert.All(Rows, row => Assert.True(Exists(row[4].Trim('`')), $"{row[0]}: the code has no {row[4]}"));

    [Fact]
    public void What_a_term_is_called_in_the_log_is_explained()
    {
        var names = Inspect.Json("explain", "--json")["explanations"]!.Select(e => ((string)e["name"]!).Split('/')[0]).ToHashSet();
        Assert.All(Rows.Where(row => row[5].Length > 0), row => Assert.Contains(row[5].Trim('`'), names));
    }

    private static bool Exists(string code)
    {
        var parts = code.Split('.');
        var types = Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.Name == parts[0]);
        return types.Any(type => parts.Length == 1 || type.GetMember(parts[1], Members).Length > 0);
    }
}
