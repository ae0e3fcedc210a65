namespace EventStore.Client;

/// <summary>How a client connects and behaves.</summary>
public class EventStoreClientSettings
{
    /// <summary>A name for the server's diagnostics.</summary>
    public string? ConnectionName { get; set; }

    /// <summary>Makes what carries the requests; if null, a handler that follows <see cref="ConnectivitySettings"/>.</summary>
    public Func<HttpMessageHandler>? CreateHttpMessageHandler { get; set; }

    /// <summary>How writes behave, unless one says otherwise.</summary>
    public EventStoreClientOperationOptions OperationOptions { get; set; } = EventStoreClientOperationOptions.Default;

    /// <summary>How the server or the cluster is reached.</summary>
    public EventStoreClientConnectivitySettings ConnectivitySettings { get; set; } = EventStoreClientConnectivitySettings.Default;

    /// <summary>Who makes a call that does not say it.</summary>
    public UserCredentials? DefaultCredentials { get; set; }

    /// <summary>
    /// How long a write or a deletion may take if it does not say it; null for ever. Reads and subscriptions have no such limit.
    /// </summary>
    public TimeSpan? DefaultDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Reads a connection string: <c>esdb://[user:password@]host[:port][,host[:port]…][/][?key=value[&amp;key=value…]]</c>.
    /// </summary>
    /// <param name="connectionString">The string. docs/stand-ins.md lists schemes and keys.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="ConnectionStringParseException">It cannot be read; the exception's type tells what is wrong.</exception>
    public static EventStoreClientSettings Create(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        return ConnectionString.Read(connectionString);
    }
}
