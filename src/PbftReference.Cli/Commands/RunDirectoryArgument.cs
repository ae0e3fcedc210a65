using System.CommandLine;

namespace PbftReference.Cli.Commands;

/// <summary>The directory of a run, the first argument of every command that reads one.</summary>
internal static class RunDirectoryArgument
{
    public static Argument<string> Create() => new("DIR") { Description = "A directory that 'pbft run' made." };
}
