using System.Collections;
using System.CommandLine;
using System.CommandLine.Completions;
using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Configuration;
using PbftReference.Runtime.Membership;

namespace PbftReference.Cli.Live;

/// <summary>Options that the commands of live clusters share, each made anew for each command.</summary>
internal static class LiveOptions
{
    public static Option<string> Cluster() => new("--cluster") { HelpName = "DIR", Description = "The cluster's directory.", DefaultValueFactory = _ => "cluster" };

    public static Option<string?> Config() => new("--config") { HelpName = "FILE", Description = "A file of settings; see 'pbft config keys'. [default: pbft.json, if it is there]" };

    public static Option<string[]> Set()
    {
        var option = new Option<string[]>("--set")
        {
            HelpName = "KEY=VALUE", Description = "A setting; goes before environment and file. May be given several times.", DefaultValueFactory = _ => [],
        };
        option.CompletionSources.Add(_ => SettingKeys.All.Select(key => new CompletionItem(key.Name + "=")));
        return option;
    }

    public static Argument<int[]> Replicas(string what) => new("ID") { Description = what, Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [] };

    /// <summary>The effective settings.</summary>
    /// <exception cref="CommandException">A setting is wrong.</exception>
    public static Settings Resolve(string? file, string[] given, bool forAllNodes = false)
    {
        if (Directory.Exists(file)) throw new CommandException(ExitCodes.Data, $"{file} is a directory: name a file of settings");
        if (file is null && File.Exists("pbft.json")) file = "pbft.json";
        if (file is not null && !File.Exists(file)) throw new CommandException(ExitCodes.Data, $"{file} does not exist: name a file of settings, or leave --config out");
        try
        {
            return Settings.Resolve(file, forAllNodes ? Environment().Where(pair => !NodeProcess.KeptBack.Contains(pair.Key)) : Environment(), given);
        }
        catch (SettingException e)
        {
            throw new CommandException(CodeOf(e), e.Message, e);
        }
    }

    /// <summary>The exit code for a wrong setting.</summary>
    public static int CodeOf(SettingException e) => e.OfCommandLine ? ExitCodes.Usage : ExitCodes.Data;

    /// <summary>The settings as a node or a new cluster would have them, and what is to be noted.</summary>
    /// <exception cref="CommandException">Some contradict the genesis, or do not go together.</exception>
    public static (Settings Settings, IReadOnlyList<string> Notes) Effective(Settings settings)
    {
        var genesis = settings["node.genesis"];
        try
        {
            if (settings["node.id"].IsDefault && genesis.IsDefault)
            {
                settings.ToClusterConfiguration();
                return (settings, settings.Notes);
            }

            if (File.Exists(genesis.Text)) return (settings.Within(GenesisFile.Read(genesis.Text)), settings.Notes);
            settings.ToClusterConfiguration();
            return (settings, [.. settings.Notes, $"there is no genesis file {genesis.Text} (node.genesis from {genesis.Source}): what the replicas agreed on is not known"]);
        }
        catch (SettingException e)
        {
            throw new CommandException(CodeOf(e), e.Message, e);
        }
    }

    /// <summary>A cluster that is there.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static ClusterDirectory Existing(string directory)
    {
        var cluster = new ClusterDirectory(directory);
        if (File.Exists(directory)) throw new CommandException(ExitCodes.Data, $"{directory} is a file: name the directory of a cluster");
        if (!cluster.Exists && cluster.HasRemains) throw new CommandException(ExitCodes.Data, $"{cluster.GenesisPath} is missing, and {directory} has keys or logs of its replicas: restore it from a copy; nothing else has the members' keys. Remove nothing");
        return cluster.Exists ? cluster : throw new CommandException(ExitCodes.Data, $"there is no cluster in {directory}: make one by 'pbft cluster up --cluster {ShellWord.Of(directory)}', or name its directory");
    }

    /// <summary>What is to be noted of the environment's settings, whoever they are meant for.</summary>
    public static IReadOnlyList<string> NotesOnEnvironment() => Settings.Resolve(null, Environment(), []).Notes;

    private static IEnumerable<KeyValuePair<string, string>> Environment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""));
}
