using System.Text.RegularExpressions;
using PbftReference.Spec;
using Xunit;
using Xunit.Abstractions;

namespace PbftReference.Tests.Spec;

/// <summary>All proofs of the specification hold, and what must not be provable is not. Nothing here is ever skipped.</summary>
public partial class SpecificationTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Everything_is_proved_and_nothing_is_assumed()
    {
        var summary = await Verify("proofs");

        Assert.Contains("audit        0 findings", summary, StringComparison.Ordinal);
        Assert.Matches(@"\nassumed      0 ", summary);
        Assert.Matches(@"\nproved       [1-9]\d* declarations in [1-9]\d* tasks, 0 errors\n", summary);
        var proved = int.Parse(Files().Match(summary).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(DafnyFiles("spec", "oracle", "proof").Count(), proved);
    }

    [Fact]
    public async Task What_must_fail_is_refused_by_the_solver_and_not_given_up()
    {
        var summary = await Verify("mustfail");

        var files = DafnyFiles("mustfail").ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Contains($"  refused    mustfail/{file} (", summary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_solver_nothing_passes_and_the_message_says_how_to_install_it()
    {
        var (exitCode, printed) = await SpecVerify.Run("all", ("Z3", "no-such-solver"));

        Assert.Equal(SpecVerify.SomethingIsMissing, exitCode);
        Assert.Contains("that Z3 names cannot be run: no-such-solver", printed, StringComparison.Ordinal);
        Assert.Contains("apt-get install z3", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_help_says_what_each_word_does_and_what_the_exit_codes_mean()
    {
        var (exitCode, printed) = await SpecVerify.Run("--help");

        Assert.Equal(0, exitCode);
        Assert.All((string[])["spec/verify proofs ", "spec/verify mustfail ", "Z3=/path/to/z3 ", "Exit code: 0 "], words => Assert.Contains(words, printed, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_word_that_it_does_not_know_is_wrong_usage_and_runs_nothing()
    {
        var (exitCode, printed) = await SpecVerify.Run("proof");

        Assert.Equal(64, exitCode);
        Assert.StartsWith("spec/verify: 'proof' is not what it takes", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void The_assembly_says_what_it_was_translated_from()
    {
        Assert.StartsWith("dafny 4.11.0", Specification.Translator, StringComparison.Ordinal);
        Assert.StartsWith("module ", Specification.Text, StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{64}$", Specification.Fingerprint);
    }

    private async Task<string> Verify(string what)
    {
        var (exitCode, printed) = await SpecVerify.Run(what);
        output.WriteLine(printed);
        Assert.True(exitCode == 0, $"spec/verify {what} ended with {exitCode}:\n{printed}");
        return printed;
    }

    private static IEnumerable<string> DafnyFiles(params string[] folders) =>
        folders.Select(folder => Path.Combine(RepositoryRoot.Path, "spec", folder))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.dfy", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder, file)));

    [GeneratedRegex(@"\nfiles +(\d+) in ")]
    private static partial Regex Files();
}
