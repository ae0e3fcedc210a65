using System.Diagnostics;

namespace PbftReference.Tests.Spec;

/// <summary>Runs spec/verify, the command by which everybody checks the specification.</summary>
internal static class SpecVerify
{
    /// <summary>The exit code that says that the solver or the translator is missing.</summary>
    public const int SomethingIsMissing = 3;

    /// <summary>The exit code and all that was printed.</summary>
    public static Task<(int ExitCode, string Output)> Run(string what, params (string Name, string Value)[] environment) =>
        RunScript(RepositoryRoot.Path, Path.Combine(RepositoryRoot.Path, "spec", "verify"), what, environment);

    /// <summary>The exit code of a script of the specification and all that it printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunScript(string directory, string script, string what, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", [script, what])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A test run passes its own build's settings on, which are not those of the tool.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
