using PbftReference.EventLog.Stores;
using PbftReference.TestServer;

namespace PbftReference.Tests.EventLog.Stores;

/// <summary>The database that the tests of its store use: a server in this process, or the one that <c>PBFT_EVENTSTOREDB</c> names.</summary>
public sealed class DatabaseUnderTest : IDisposable
{
    private readonly EventStoreServer? _server;
    private readonly string _prefix = $"test-{Guid.NewGuid():N}-";

    private DatabaseUnderTest(EventStoreServer? server, string address) => (_server, Address) = (server, address);

    /// <summary>Its address.</summary>
    public string Address { get; }

    /// <summary>The server in this process.</summary>
    /// <exception cref="InvalidOperationException">The database is a real one, which takes no faults.</exception>
    public EventStoreServer Server => _server ?? throw new InvalidOperationException("the database under test is a real one");

    /// <summary>Whether faults can be made.</summary>
    public bool IsOurs => _server is not null;

    /// <summary>Starts the server, or takes the real one.</summary>
    public static DatabaseUnderTest Start()
    {
        if (Environment.GetEnvironmentVariable("PBFT_EVENTSTOREDB") is { Length: > 0 } real) return new DatabaseUnderTest(null, real);
        return Ours();
    }

    /// <summary>Starts the server, whatever the environment says: for tests that need faults.</summary>
    public static DatabaseUnderTest Ours()
    {
        // a pool thread: whoever waits here must not be needed to start it
        var server = Task.Run(() => EventStoreServer.StartAsync(new EventStoreServerOptions())).GetAwaiter().GetResult();
        return new DatabaseUnderTest(server, server.ConnectionString);
    }

    /// <summary>A store that looks empty at first, also on a real database, which is not.</summary>
    public IEventStore Open(EventStoreDbOptions? options = null)
    {
        var store = new EventStoreDb(Address, options);
        return _server is null ? new PrefixedStore(store, _prefix) : store;
    }

    public void Dispose()
    {
        if (_server is not null) Task.Run(async () => await _server.DisposeAsync()).GetAwaiter().GetResult();
    }
}
