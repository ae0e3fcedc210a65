using System.Reflection;
using VerifyTests;

namespace VerifyXunit;

// One golden file and the received file beside it.
internal sealed class GoldenFile
{
    // Text extensions that the real package knows too; it refuses text under any other.
    private static readonly string[] TextExtensions =
        ["txt", "json", "md", "html", "svg", "csv", "tsv", "xml", "yaml", "yml", "log", "mermaid", "mmd", "gv"];

    private readonly string _verified;
    private readonly string _received;

    private GoldenFile(string prefix, string extension)
    {
        Prefix = prefix;
        _verified = $"{prefix}.verified.{extension}";
        _received = $"{prefix}.received.{extension}";
    }

    // The path without what follows the name.
    public string Prefix { get; }

    public static GoldenFile Locate(VerifySettings settings, string sourceFile, string extension)
    {
        if (!TextExtensions.Contains(extension))
        {
            throw new ArgumentException(
                $"'{extension}' is not an extension for golden text. Use one of these, without a dot: {string.Join(", ", TextExtensions)}.",
                nameof(extension));
        }

        var sourceDirectory = Path.GetDirectoryName(sourceFile);
        if (!Directory.Exists(sourceDirectory))
        {
            throw new DirectoryNotFoundException(
                $"Golden files are beside the sources, but the directory of '{sourceFile}' is not here. Run the tests where they were built.");
        }

        var directory = Path.GetFullPath(Path.Combine(sourceDirectory, settings.Directory ?? ""));
        return new GoldenFile(Path.Combine(directory, settings.FileName ?? NameOfCurrentTest(sourceFile)), extension);
    }

    public async Task CompareAsync(string target)
    {
        var received = WithNewlines(target);
        var verified = File.Exists(_verified) ? WithNewlines(await File.ReadAllTextAsync(_verified).ConfigureAwait(false)) : null;
        if (verified == received)
        {
            File.Delete(_received);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_received)!);
        await File.WriteAllTextAsync(_received, received).ConfigureAwait(false);
        throw new VerifyException(Report(verified, received));
    }

    private static string NameOfCurrentTest(string sourceFile)
    {
        if (UseVerifyAttribute.Current is not { } method)
        {
            throw new InvalidOperationException(
                $"No test of xunit is running, so the golden file of {Path.GetFileName(sourceFile)} has no name. "
                + "Call UseFileName; inside a [Property] it is always needed.");
        }

        if (method.GetParameters().Length > 0)
        {
            throw new InvalidOperationException(
                $"{method.Name} has parameters, so its cases would share one golden file. Call UseFileName with a name for each case.");
        }

        return $"{NameOf(method.ReflectedType!)}.{method.Name}";
    }

    private static string NameOf(MemberInfo type) => type.ReflectedType is { } outer ? $"{outer.Name}.{type.Name}" : type.Name;

    private static string WithNewlines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    private string Report(string? verified, string received)
    {
        var heading = verified is null
            ? $"New: there is no {Path.GetFileName(_verified)} yet."
            : $"Not equal: {Path.GetFileName(_received)} differs from {Path.GetFileName(_verified)}.";
        return string.Join(
            '\n',
            $"Directory: {Path.GetDirectoryName(_verified)}",
            heading,
            LineDifference.Between(verified ?? "", received),
            "To accept what was received, move it over the golden file:",
            $"  mv '{_received}' '{_verified}'");
    }
}
