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
        _store = new Option<string?>("--store") { HelpName = "esdb://...", Description = $"A database that has the logs; {name.Split('|')[0]} is then the cluster's name in it." };
        _store.Validators.Add(option =>
        {
            if (option.GetValueOrDefault<string?>() is { } store && !LogAddress.Is(store)) option.AddError($"--store {store}: it takes the address of a database, esdb://HOST:2113");
        });
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
        if (store is null) return place!;
        var address = LogAddress.Parse(store);
        if (place is null) return address.Text;
        if (LogAddress.Is(place) || address.Cluster is not null) throw new CommandException(ExitCodes.Usage, "name the database once, by --store or as the first argument, and the cluster by its name");
        return (address with { Cluster = place }).Text;
    }
}
