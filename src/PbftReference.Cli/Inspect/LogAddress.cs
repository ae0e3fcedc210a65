using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Inspect;

/// <summary>A cluster's logs in a database: the connection string, and behind <c>#</c> the cluster's name.</summary>
/// <param name="Connection">The connection string.</param>
/// <param name="Cluster">The cluster; null for the only one that is there.</param>
internal sealed record LogAddress(string Connection, string? Cluster)
{
    // A database that is busy is waited for, one that was never there only shortly.
    private static readonly EventStoreDbOptions Reading = new() { ReadOnly = true, Waiting = failure => Waiting?.Invoke(failure) };

    /// <summary>Told when a reader waits for a database; null for nobody.</summary>
    public static Action<EventStoreException>? Waiting { get; set; }

    /// <summary>The text that says it.</summary>
    public string Text => Cluster is null ? Connection : $"{Connection}#{Cluster}";

    /// <summary>The text without user and password.</summary>
    public string Shown => EventStoreDb.WithoutSecrets(Text);

    /// <summary>Whether a place is in a database.</summary>
    public static bool Is(string place) => EventStoreDb.IsAddress(place);

    /// <summary>A place as it is, unless it looks like the address of something that is no database.</summary>
    /// <exception cref="CommandException">It does.</exception>
    public static string Checked(string place)
    {
        var colon = place.IndexOf(":/", StringComparison.Ordinal);
        var scheme = colon < 0 ? "" : place[..colon].Trim();
        if (Is(place) || scheme.Length < 2 || !scheme.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.')) return place;
        throw new CommandException(ExitCodes.Usage, $"'{Output.Secrets.Masked(place)}': there is no scheme '{scheme}'; the address of a database is esdb://HOST:2113, and a directory whose name looks like this is written ./{Output.Secrets.Masked(place)}");
    }

    /// <summary>Reads an address.</summary>
    public static LogAddress Parse(string text) => text.LastIndexOf('#') is >= 0 and var cut
        ? new LogAddress(text[..cut], text[(cut + 1)..] is { Length: > 0 } cluster ? cluster : null)
        : new LogAddress(text, null);

    /// <summary>Opens the database for readers.</summary>
    /// <exception cref="EventStoreException">The connection string is none.</exception>
    public IEventStore OpenToRead() => new EventStoreDb(Connection, Reading);
}
