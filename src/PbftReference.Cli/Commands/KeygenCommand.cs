using System.CommandLine;
using PbftReference.Cli.Live;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Configuration;
using PbftReference.Runtime.Membership;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft keygen</c>: keys, certificates, genesis and configurations of a new cluster.</summary>
internal static class KeygenCommand
{
    public const int DefaultClients = 16;

    public static Command Create(Terminal terminal)
    {
        var options = new NewClusterOptions();
        var command = new Command("keygen", "Makes keys, certificates, genesis and configurations of a new cluster, and starts nothing.");
        options.AddTo(command);
        command.SetAction(line =>
        {
            var cluster = new ClusterDirectory(line.GetValue(options.Cluster)!);
            options.Create(line, cluster, terminal);
            terminal.Note($"-> pbft cluster up --cluster {ShellWord.Of(cluster.Path)}");
            return ExitCodes.Holds;
        });
        return command;
    }
}

/// <summary>What decides a new cluster.</summary>
internal sealed class NewClusterOptions
{
    private static readonly string[] NotForAll = ["node.id", "node.http", "node.genesis", "node.key", "node.certificate", "node.ledger"];

    public Option<string> Cluster { get; } = LiveOptions.Cluster();

    public Option<int?> Replicas { get; } = new("--replicas") { HelpName = "N", Description = "Number of replicas n. [default: general.N]" };

    public Option<int> Clients { get; } = new("--clients") { HelpName = "COUNT", Description = "Clients to make keys for.", DefaultValueFactory = _ => KeygenCommand.DefaultClients };

    public Option<string> Name { get; } = new("--name") { HelpName = "NAME", Description = "The cluster's name.", DefaultValueFactory = _ => "live" };

    public Option<string?> Store { get; } = new("--store") { HelpName = "esdb://...", Description = "A database for the logs of all replicas. [default: a file for each]" };

    public Option<string?> Config { get; } = LiveOptions.Config();

    public Option<string[]> Set { get; } = LiveOptions.Set();

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Cluster, Replicas, Clients, Name, Store, Config, Set]) command.Options.Add(option);
    }

    /// <summary>Whether anything is given that only a new cluster takes.</summary>
    public Option? GivenOf(ParseResult line) => ((Option[])[Replicas, Clients, Name, Store, Config, Set]).FirstOrDefault(option => line.GetResult(option) is { Implicit: false });

    // Before anything is made: what is wrong with the address, and whether the name is free.
    private static string Database(string store, string name)
    {
        if (!EventStoreDb.IsAddress(store)) throw new CommandException(ExitCodes.Usage, $"--store {store}: it takes the address of a database, esdb://HOST:2113");
        if (LogAddress.Parse(store).Cluster is not null) throw new CommandException(ExitCodes.Usage, "--store: leave out what is behind #; the cluster's name is --name");
        var address = EventStoreDb.WithWholePaths(store);
        using var database = LogAddress.Parse(address).OpenToRead();
        if (StoredManifest.Read(database, name) is not null) throw new CommandException(ExitCodes.Data, $"{EventStoreDb.WithoutSecrets(store)} holds logs of a cluster '{name}' already: name this one otherwise by --name");
        return address;
    }

    /// <summary>Makes the cluster.</summary>
    public void Create(ParseResult line, ClusterDirectory cluster, Terminal terminal)
    {
        var given = line.GetValue(Set)!.ToList();
        if (line.GetValue(Replicas) is < 1 or > Core.Types.ClusterConfiguration.MaxReplicas) throw new CommandException(ExitCodes.Usage, $"--replicas must be 1 to {Core.Types.ClusterConfiguration.MaxReplicas}, not {line.GetValue(Replicas)}");
        if (line.GetValue(Replicas) is { } replicas) given.Add($"general.N={replicas}");
        if (line.GetValue(Store) is { } store) given.Add($"node.log={Database(store, line.GetValue(Name)!)}");
        foreach (var name in line.GetValue(Set)!.Select(set => set.Split('=')[0].Trim()).Where(NotForAll.Contains)) throw new CommandException(ExitCodes.Usage, $"--set {name}: it is about one node, and a new cluster's nodes get theirs each; change it in node.json afterwards");
        if (line.GetValue(Clients) is < 1 or > 10_000) throw new CommandException(ExitCodes.Usage, $"--clients must be 1 to 10000, not {line.GetValue(Clients)}");
        if (line.GetValue(Replicas) is not null && line.GetValue(Set)!.Any(set => set.StartsWith("general.N=", StringComparison.Ordinal))) throw new CommandException(ExitCodes.Usage, "give --replicas, or --set general.N, not both");
        try
        {
            GenesisFile.Cluster(line.GetValue(Name)!);
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCodes.Usage, $"--name {e.Message}", e);
        }

        try
        {
            var settings = LiveOptions.Resolve(line.GetValue(Config), [.. given], forAllNodes: true);
            foreach (var note in settings.Notes) terminal.Note($"note: {note}");
            var members = cluster.Create(settings, line.GetValue(Name)!, line.GetValue(Clients));
            var c = members.Configuration;
            terminal.WriteWrapped($"cluster {members.Cluster} in {cluster.Path}: n = {c.Replicas}, f = {c.Faults}, K = {c.CheckpointPeriod}, L = {c.LogWindow}, batch {c.BatchSize}, service {members.Service}, {members.Clients.Length} clients");
        }
        catch (SettingException e)
        {
            throw new CommandException(LiveOptions.CodeOf(e), e.Message, e);
        }
    }
}
