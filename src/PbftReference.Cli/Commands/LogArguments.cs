using System.CommandLine;
using PbftReference.Cli.Inspect;

namespace PbftReference.Cli.Commands;

/// <summary>The arguments and options that several commands share, each made anew for each command.</summary>
internal static class LogArguments
{
    public static Option<int?> Replica(string what) => new("--replica") { Description = what, HelpName = "i" };

    public static Option<string?> Position(string name, string what) => new(name) { Description = $"{what}: {LogPositions.Grammar}.", HelpName = "POS" };

    public static Option<bool> Json(string what = "One JSON document instead of text.") => new("--json") { Description = what };

    public static Option<bool> Flag(string name, string what) => new(name) { Description = what };
}
