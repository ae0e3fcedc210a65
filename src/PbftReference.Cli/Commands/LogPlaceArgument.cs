using System.CommandLine;
using PbftReference.Cli.Inspect;

namespace PbftReference.Cli.Commands;

/// <summary>
/// Where a log is, the first argument of every command that reads one: a directory, or an address in a database. With <c>--store</c>, which
/// names the database alone, the argument is the cluster's name, and may be left out if there is one cluster.
/// </summary>
internal sealed class LogPlaceArgument
{
    private readonly Argument<string?> _place;
    private readonly Option<string?> _store;

    public LogPlaceArgument(string description = "A directory that 'pbft run' or 'pbft cluster' made, or logs in a database: esdb://HOST:2113#NAME.", string name = "LOG")
    {
        _place = new Argument<string?>(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };
        _store = Store(name.Split('|')[0]);
    }

    /// <summary>The option that names the database alone.</summary>
    /// <param name="name">The argument that is then the cluster's name.</param>
    public static Option<string?> Store(string name)
    {
        var store = new Option<string?>("--store") { HelpName = "esdb://...", Description = $"A database that has the logs; {name} is then the cluster's name in it." };
        store.Validators.Add(option =>
        {
            if (option.GetValueOrDefault<string?>() is { } address && !LogAddress.Is(address)) option.AddError($"--store {address}: it takes the address of a database, esdb://HOST:2113");
        });
        return store;
    }

    /// <summary>Adds argument and option to a command, which must be given one of them.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Insert(0, _place);
        command.Options.Add(_store);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_place) is null && result.GetValue(_store) is null) result.AddError($"Required argument missing for command: '{command.Name}'.");
        });
    }

    /// <summary>The place.</summary>
    public string Of(ParseResult line)
    {
        var (place, store) = (line.GetValue(_place), line.GetValue(_store));
        return store is null ? place! : In(store, place);
    }

    /// <summary>The place of a cluster's logs in a database.</summary>
    /// <param name="store">The database's address.</param>
    /// <param name="place">The cluster's name; null if the address has it, or there is one cluster.</param>
    /// <exception cref="CommandException">Database or cluster is named twice.</exception>
    public static string In(string store, string? place)
    {
        var address = LogAddress.Parse(store);
        if (place is null) return address.Text;
        if (LogAddress.Is(place) || address.Cluster is not null) throw new CommandException(ExitCodes.Usage, "name the database once, by --store or as the first argument, and the cluster by its name");
        return (address with { Cluster = place }).Text;
    }
}
