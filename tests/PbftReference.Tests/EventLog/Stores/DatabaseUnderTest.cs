using PbftReference.EventLog.Stores;
using PbftReference.TestServer;

namespace PbftReference.Tests.EventLog.Stores;

/// <summary>The database that the tests of its store use: a server in this process, or the one that <c>PBFT_EVENTSTOREDB</c> names.</summary>
public sealed class DatabaseUnderTest : IDisposable
{
    private readonly EventStoreServer? _server;

    /// <summary>A server in this process, or the one that the environment names.</summary>
    public DatabaseUnderTest()
        : this(Environment.GetEnvironmentVariable("PBFT_EVENTSTOREDB") is { Length: > 0 } real ? real : null)
    {
    }

    private DatabaseUnderTest(string? real)
    {
        // a pool thread: whoever waits here must not be needed to start it
        _server = real is null ? Task.Run(() => EventStoreServer.StartAsync(new EventStoreServerOptions())).GetAwaiter().GetResult() : null;
        Address = real ?? _server!.ConnectionString;
    }

    /// <summary>Its address.</summary>
    public string Address { get; }

    /// <summary>The server in this process.</summary>
    /// <exception cref="InvalidOperationException">The database is a real one, which takes no faults.</exception>
    public EventStoreServer Server => _server ?? throw new InvalidOperationException("the database under test is a real one");

    /// <summary>A server in this process, whatever the environment says: for tests that need faults.</summary>
    public static DatabaseUnderTest Ours() => new(null);

    /// <summary>The name of a part that nobody has used.</summary>
    public static string NewPart() => $"test-{Guid.NewGuid():N}-";

    /// <summary>A part of the database, which looks as if it were the whole.</summary>
    public IEventStore Open(string part, EventStoreDbOptions? options = null) => new PrefixedStore(new EventStoreDb(Address, options), part);

    /// <summary>The whole database.</summary>
    public IEventStore Open(EventStoreDbOptions? options = null) => new EventStoreDb(Address, options);

    public void Dispose()
    {
        if (_server is not null) Task.Run(async () => await _server.DisposeAsync()).GetAwaiter().GetResult();
    }
}
