using VerifyTests;
using VerifyXunit;
using Xunit;

namespace PbftReference.Tests.StandIns;

/// <summary>What the stand-in for Verify.Xunit says when it fails. The package says it otherwise, so these are not run with it.</summary>
public sealed class GoldenFileMessageTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("golden-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("a\nb\nc\nd\ne\nf\ng\nh\ni", "a\nb\nc\nd\nE\nf\ng\nh\ni", 5, "  b|  c|  d|- e|+ E|  f|  g|  h")]
    [InlineData("a\nb", "a\nx\nb", 2, "  a|+ x|  b")]
    [InlineData("a\nx\nb", "a\nb", 2, "  a|- x|  b")]
    [InlineData("a", "b", 1, "- a|+ b")]
    [InlineData("a", "a\n", 2, "  a|+ ")]
    [InlineData("a\na", "a", 2, "  a|- a")]
    public async Task A_difference_is_shown_with_its_first_line_and_the_lines_around(
        string verified, string received, int line, string shown)
    {
        await File.WriteAllTextAsync(PathOf("verified"), verified);

        var message = await Message(() => Verifier.Verify(received, Settings()));

        var block = $"First difference in line {line} (- verified, + received):\n{shown.Replace('|', '\n')}\nTo accept";
        Assert.Contains(block, message, StringComparison.Ordinal);
        Assert.Contains($"mv '{PathOf("received")}' '{PathOf("verified")}'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_difference_is_cut_and_says_by_how_much()
    {
        var received = string.Join('\n', Enumerable.Range(1, 50));

        var message = await Message(() => Verifier.Verify(received, Settings()));

        Assert.Contains("+ 20\n+ ... and 30 more lines", message, StringComparison.Ordinal);
        Assert.Contains("New: there is no name.verified.txt yet.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("first")]
    public async Task A_test_with_parameters_is_told_to_name_its_golden_file(string parameter) =>
        Assert.Contains("Call UseFileName", await Message(() => Verifier.Verify(parameter)), StringComparison.Ordinal);

    [Fact]
    public async Task An_extension_that_the_package_refuses_is_refused_with_those_it_does_not() =>
        Assert.Contains("txt, json", await Message(() => Verifier.Verify("{}", "jsonl", Settings())), StringComparison.Ordinal);

    [Fact]
    public void A_directory_in_a_file_name_is_refused_with_the_way_to_set_one()
    {
        var error = Assert.Throws<ArgumentException>(() => new VerifySettings().UseFileName("golden/name"));

        Assert.Contains("UseDirectory", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string> Message(Func<SettingsTask> verification) =>
        (await Assert.ThrowsAnyAsync<Exception>(async () => await verification())).Message;

    private VerifySettings Settings()
    {
        var settings = new VerifySettings();
        settings.UseDirectory(_directory);
        settings.UseFileName("name");
        return settings;
    }

    private string PathOf(string kind) => Path.Combine(_directory, $"name.{kind}.txt");
}
