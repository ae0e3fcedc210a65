namespace PbftReference.TestServer.Services;

/// <summary>A method of a service, by the lower-case names that EventStoreDB tells.</summary>
internal sealed record SupportedMethod(string Service, string Name, params IReadOnlyList<string> Features);

/// <summary>
/// What EventStoreDB 23.10.6 says it supports. Clients ask for it to learn how to talk to the server, so it is the whole list; methods
/// that this server lacks answer that they are not implemented.
/// </summary>
internal static class SupportedMethods
{
    /// <summary>The methods, in the order in which that server names them.</summary>
    public static IReadOnlyList<SupportedMethod> All { get; } =
    [
        new("event_store.client.redaction.redaction", "geteventpositions"),
        new("event_store.client.redaction.redaction", "switchchunks"),
        new("event_store.client.persistent_subscriptions.persistentsubscriptions", "create", "stream", "all"),
        new("event_store.client.persistent_subscriptions.persistentsubscriptions", "update", "stream", "all"),
        new("event_store.client.persistent_subscriptions.persistentsubscriptions", "delete", "stream", "all"),
        new("event_store.client.persistent_subscriptions.persistentsubscriptions", "read", "stream", "all"),
        new("event_store.client.persistent_subscriptions.persistentsubscriptions", "getinfo", "stream", "all"),
        new("event_store.client.persistent_subscriptions.persistentsubscriptions", "replayparked", "stream", "all"),
        new("event_store.client.persistent_subscriptions.persistentsubscriptions", "list", "stream", "all"),
        new("event_store.client.persistent_subscriptions.persistentsubscriptions", "restartsubsystem", "stream", "all"),
        new("event_store.client.users.users", "create"),
        new("event_store.client.users.users", "update"),
        new("event_store.client.users.users", "delete"),
        new("event_store.client.users.users", "disable"),
        new("event_store.client.users.users", "enable"),
        new("event_store.client.users.users", "details"),
        new("event_store.client.users.users", "changepassword"),
        new("event_store.client.users.users", "resetpassword"),
        new("event_store.client.streams.streams", "read", "position", "events"),
        new("event_store.client.streams.streams", "append"),
        new("event_store.client.streams.streams", "delete"),
        new("event_store.client.streams.streams", "tombstone"),
        new("event_store.client.streams.streams", "batchappend", "deadline_duration"),
        new("event_store.client.operations.operations", "startscavenge"),
        new("event_store.client.operations.operations", "stopscavenge"),
        new("event_store.client.operations.operations", "shutdown"),
        new("event_store.client.operations.operations", "mergeindexes"),
        new("event_store.client.operations.operations", "resignnode"),
        new("event_store.client.operations.operations", "setnodepriority"),
        new("event_store.client.operations.operations", "restartpersistentsubscriptions"),
        new("event_store.client.gossip.gossip", "read"),
        new("event_store.client.monitoring.monitoring", "stats"),
        new("event_store.client.server_features.serverfeatures", "getsupportedmethods"),
    ];

    /// <summary>Whether that server has this service. Service names are told in lower case.</summary>
    public static bool HasService(string service) => All.Any(method => string.Equals(method.Service, service, StringComparison.OrdinalIgnoreCase));
}
