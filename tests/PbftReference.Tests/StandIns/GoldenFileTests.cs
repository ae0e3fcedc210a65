using System.Runtime.CompilerServices;
using VerifyTests;
using VerifyXunit;
using Xunit;

namespace PbftReference.Tests.StandIns;

/// <summary>What the project relies on of the Verify.Xunit package; holds for the package and for its stand-in.</summary>
public sealed class GoldenFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("golden-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Text_equal_to_the_golden_file_passes()
    {
        Write("same.verified.txt", "one\ntwo");

        await Verifier.Verify("one\ntwo", Settings("same"));

        Assert.Equal(["same.verified.txt"], Files());
    }

    [Fact]
    public async Task Text_that_differs_fails_shows_the_lines_and_is_kept_as_received()
    {
        Write("other.verified.txt", "one\ntwo\nthree");

        var error = await Failure(() => Verifier.Verify("one\n2\nthree", Settings("other")));

        Assert.Contains("other.received.txt", error.Message, StringComparison.Ordinal);
        Assert.Contains("other.verified.txt", error.Message, StringComparison.Ordinal);
        Assert.Contains("two", error.Message, StringComparison.Ordinal);
        Assert.Contains("2", error.Message, StringComparison.Ordinal);
        Assert.Equal("one\n2\nthree", Read("other.received.txt"));
        Assert.Equal("one\ntwo\nthree", Read("other.verified.txt"));
    }

    [Fact]
    public async Task A_missing_golden_file_fails_and_what_was_received_can_be_moved_into_its_place()
    {
        var error = await Failure(() => Verifier.Verify("first", Settings("new")));

        Assert.Contains("new.verified.txt", error.Message, StringComparison.Ordinal);
        File.Move(PathOf("new.received.txt"), PathOf("new.verified.txt"), overwrite: true);
        await Verifier.Verify("first", Settings("new"));
        Assert.Equal(["new.verified.txt"], Files());
    }

    [Fact]
    public async Task A_received_file_of_an_earlier_failure_goes_when_the_texts_are_equal_again()
    {
        Write("stale.verified.txt", "right");
        await Failure(() => Verifier.Verify("wrong", Settings("stale")));
        Assert.Contains("stale.received.txt", Files());

        await Verifier.Verify("right", Settings("stale"));

        Assert.Equal(["stale.verified.txt"], Files());
    }

    [Fact]
    public async Task Line_ends_of_the_text_do_not_matter()
    {
        Write("lines.verified.txt", "one\ntwo");

        await Verifier.Verify("one\r\ntwo", Settings("lines"));

        Assert.Equal(["lines.verified.txt"], Files());
    }

    [Fact]
    public async Task The_extension_names_the_kind_of_file()
    {
        Write("kind.verified.json", "{}");

        await Verifier.Verify("{}", "json", Settings("kind"));

        Assert.Equal(["kind.verified.json"], Files());
    }

    [Fact]
    public async Task An_extension_that_names_no_kind_of_text_is_refused() =>
        await Assert.ThrowsAnyAsync<Exception>(async () => await Verifier.Verify("text", "png", Settings("picture")));

    [Fact]
    public async Task A_name_may_be_used_once_in_a_run()
    {
        Write("once.verified.txt", "text");
        var settings = new VerifySettings();
        settings.UseDirectory(_directory);
        settings.UseFileName("once");
        await Verifier.Verify("text", settings);

        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await Verifier.Verify("text", settings));

        Assert.Contains("DisableRequireUniquePrefix", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fluent_calls_say_the_same_as_settings_and_do_not_change_them()
    {
        Write("fluent.verified.txt", "text");
        Write("settings.verified.txt", "text");
        var settings = Settings("settings");

        await Verifier.Verify("text", settings).UseDirectory(_directory).UseFileName("fluent").DisableDiff();
        await Verifier.Verify("text", settings);

        Assert.Equal(["fluent.verified.txt", "settings.verified.txt"], Files());
    }

    [Fact]
    public Task The_default_name_is_that_of_the_class_and_the_method() =>
        Verifier.Verify("GoldenFileTests.The_default_name_is_that_of_the_class_and_the_method").UseDirectory("Golden");

    [Fact]
    public async Task A_relative_directory_starts_at_the_source_file() =>
        await Verifier.Verify("beside the source").UseDirectory("Golden").UseFileName("beside-the-source");

    [Fact]
    public async Task The_source_file_is_where_the_golden_files_are()
    {
        await Verifier.Verify("found").UseDirectory("Golden").UseFileName("found-after-await").DisableDiff();
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(Here())!, "Golden", "found-after-await.verified.txt")));
    }

    private static string Here([CallerFilePath] string path = "") => path;

    private static async Task<Exception> Failure(Func<SettingsTask> verification)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await verification());
        Assert.Equal("VerifyException", error.GetType().Name);
        return error;
    }

    private VerifySettings Settings(string name)
    {
        var settings = new VerifySettings();
        settings.UseDirectory(_directory);
        settings.UseFileName(name);
        settings.DisableDiff();
        settings.DisableRequireUniquePrefix();
        return settings;
    }

    private string PathOf(string file) => Path.Combine(_directory, file);

    private void Write(string file, string text) => File.WriteAllText(PathOf(file), text);

    private string Read(string file) => File.ReadAllText(PathOf(file));

    private IEnumerable<string> Files() => Directory.GetFiles(_directory).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
}
