using System.ComponentModel;
using System.Diagnostics;
using Newtonsoft.Json.Linq;
using PbftReference.Tests.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Audit.Foreign;

/// <summary>Traces by tests/foreign/trace.py, a program in another language, in a directory of their own.</summary>
internal sealed class ForeignTraces : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <summary>A place in the directory.</summary>
    public string Beside(string name) => Path.Combine(_directory.Path, name);

    /// <summary>Writes a trace.</summary>
    public string Write(string fault, string profile = "osdi99", string authentication = "signatures")
    {
        var file = Beside(fault + ".jsonl");
        File.WriteAllText(file, Python(Path.Combine(RepositoryRoot.Path, "tests", "foreign", "trace.py"), fault, profile, authentication));
        return file;
    }

    /// <summary>Writes a trace and verifies it.</summary>
    public (int Code, JObject Json) Verify(string fault, string profile = "osdi99", string authentication = "signatures", params string[] options)
    {
        var result = Pbft.Run(["verify", Write(fault, profile, authentication), "--json", .. options]);
        return (result.ExitCode, JObject.Parse(result.Output));
    }

    private static string Python(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"python3 {string.Join(' ', arguments)} ended with {process.ExitCode}");
            return output;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("python3 is missing: this test runs a program that is not ours. Run tests/set-up.sh, or install python3.", e);
        }
    }

    public void Dispose() => _directory.Dispose();
}
