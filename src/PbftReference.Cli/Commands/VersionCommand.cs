using System.CommandLine;
using System.Reflection;
using PbftReference.Cli.Output;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("version", "The version, and the commit that it was built from.");
        command.SetAction(_ =>
        {
            terminal.Result.WriteLine($"pbft {Version}");
            return ExitCodes.Holds;
        });
        return command;
    }

    /// <summary>Version and commit.</summary>
    public static string Version =>
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
