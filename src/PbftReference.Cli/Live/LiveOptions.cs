using System.Collections;
using System.CommandLine;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Live;

/// <summary>Options that the commands of live clusters share, each made anew for each command.</summary>
internal static class LiveOptions
{
    public static Option<string> Cluster() => new("--cluster") { HelpName = "DIR", Description = "The cluster's directory.", DefaultValueFactory = _ => "cluster" };

    public static Option<string?> Config() => new("--config") { HelpName = "FILE", Description = "A file of settings; see 'pbft config keys'. [default: pbft.json, if it is there]" };

    public static Option<string[]> Set() => new("--set")
    {
        HelpName = "KEY=VALUE", Description = "A setting; goes before environment and file. May be given several times.", DefaultValueFactory = _ => [],
    };

    public static Argument<int[]> Replicas(string what) => new("ID") { Description = what, Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [] };

    /// <summary>The effective settings.</summary>
    /// <exception cref="CommandException">A setting is wrong.</exception>
    public static Settings Resolve(string? file, string[] given)
    {
        if (file is null && File.Exists("pbft.json")) file = "pbft.json";
        if (file is not null && !File.Exists(file)) throw new CommandException(ExitCodes.Data, $"{file} does not exist: name a file of settings, or leave --config out");
        try
        {
            return Settings.Resolve(file, Environment(), given);
        }
        catch (SettingException e)
        {
            throw new CommandException(e.Message.StartsWith("--set", StringComparison.Ordinal) ? ExitCodes.Usage : ExitCodes.Data, e.Message, e);
        }
    }

    /// <summary>A cluster that is there.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static ClusterDirectory Existing(string directory)
    {
        var cluster = new ClusterDirectory(directory);
        return cluster.Exists ? cluster : throw new CommandException(ExitCodes.Data, $"there is no cluster in {directory}: make one by 'pbft cluster up --cluster {directory}', or name its directory");
    }

    private static IEnumerable<KeyValuePair<string, string>> Environment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""));
}
