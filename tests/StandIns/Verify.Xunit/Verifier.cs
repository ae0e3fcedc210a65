using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using VerifyTests;

namespace VerifyXunit;

/// <summary>
/// Compares text with a golden file that is kept beside the test. Stand-in for the class of the same name in the Verify.Xunit
/// package (30.0.0): text targets only.
/// </summary>
public static class Verifier
{
    private static readonly ConcurrentDictionary<string, byte> UsedPrefixes = new();

    /// <summary>Compares text with <c>{name}.verified.txt</c>.</summary>
    /// <param name="target">The text; not empty. Its line ends are compared as <c>\n</c>.</param>
    /// <param name="settings">Where the golden file is, or null for the defaults. Not changed by calls on the result.</param>
    /// <param name="sourceFile">The calling source file, filled in by the compiler; directories are relative to its own.</param>
    /// <returns>The comparison, which runs when it is awaited and throws a <c>VerifyException</c> if the texts differ.</returns>
    public static SettingsTask Verify(string target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Verify(target, "txt", settings, sourceFile);

    /// <summary>Compares text with <c>{name}.verified.{extension}</c>.</summary>
    /// <param name="target">The text; not empty. Its line ends are compared as <c>\n</c>.</param>
    /// <param name="extension">The extension of a kind of text file, without a dot; see <c>docs/stand-ins.md</c> for which.</param>
    /// <param name="settings">Where the golden file is, or null for the defaults. Not changed by calls on the result.</param>
    /// <param name="sourceFile">The calling source file, filled in by the compiler; directories are relative to its own.</param>
    /// <returns>The comparison, which runs when it is awaited and throws a <c>VerifyException</c> if the texts differ.</returns>
    public static SettingsTask Verify(
        string target, string extension, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        ArgumentException.ThrowIfNullOrEmpty(sourceFile);
        return new SettingsTask(settings, async current =>
        {
            var file = GoldenFile.Locate(current, sourceFile, extension);
            if (!UsedPrefixes.TryAdd(file.Prefix, 0) && !current.AllowsSharedPrefix)
            {
                throw new InvalidOperationException(
                    $"The golden file name '{file.Prefix}' has already been used in this run, by this extension or another. "
                    + "Give each call its own UseFileName, or call DisableRequireUniquePrefix where two calls share one file.");
            }

            await file.CompareAsync(target).ConfigureAwait(false);
        });
    }
}
