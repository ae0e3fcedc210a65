using System.Globalization;
using System.Net;

namespace EventStore.Client;

/// <summary>Takes a connection string apart: scheme, credentials, hosts and options.</summary>
internal static class ConnectionString
{
    private const string Discover = "+discover";
    private const int DefaultPort = 2113;

    private static readonly string[] Schemes =
        [.. new[] { "esdb", "kurrentdb", "kdb", "kurrent" }.SelectMany(scheme => new[] { scheme, scheme + Discover })];

    public static EventStoreClientSettings Read(string text)
    {
        var (scheme, rest) = Split(text, "://");
        if (rest is null)
        {
            throw new NoSchemeException();
        }

        if (!Schemes.Contains(scheme))
        {
            throw new InvalidSchemeException(scheme, Schemes);
        }

        var settings = new EventStoreClientSettings();
        if (Split(rest, "@") is (var userInfo, { } behindUser))
        {
            settings.DefaultCredentials = ReadCredentials(userInfo);
            rest = behindUser;
        }

        (rest, var options) = Split(rest, "?");
        (var hosts, var path) = Split(rest, "/");
        if (path is not (null or ""))
        {
            throw new ConnectionStringParseException($"The path must be empty or '/', but is '/{path}'.");
        }

        var endPoints = Array.ConvertAll(hosts.Split(','), ReadHost);
        ConnectionStringOptions.Apply(settings, options is null ? [] : ReadOptions(options));
        SetEndPoints(settings.ConnectivitySettings, endPoints, scheme.EndsWith(Discover, StringComparison.Ordinal));
        settings.CreateHttpMessageHandler = () => DefaultHandler.Create(settings.ConnectivitySettings);
        return settings;
    }

    private static (string First, string? Second) Split(string text, string separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + separator.Length)..]);
    }

    private static UserCredentials ReadCredentials(string text) =>
        text.Split(':') is [var name, var password] ? new UserCredentials(name, password) : throw new InvalidUserCredentialsException(text);

    private static EndPoint ReadHost(string text)
    {
        var (host, portText) = Split(text, ":");
        var port = DefaultPort;
        if (host.Length == 0
            || (portText is not null && !int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port))
            || port is < 0 or > IPEndPoint.MaxPort)
        {
            throw new InvalidHostException(text);
        }

        return IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
    }

    private static Dictionary<string, string> ReadOptions(string text)
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in text.Split('&'))
        {
            if (pair.Split('=') is not [var key, var value])
            {
                throw new InvalidKeyValuePairException(pair);
            }

            if (!options.TryAdd(key, value))
            {
                throw new DuplicateKeyException(key);
            }
        }

        return options;
    }

    private static void SetEndPoints(EventStoreClientConnectivitySettings settings, EndPoint[] endPoints, bool discover)
    {
        if (endPoints is [var only] && !discover)
        {
            settings.Address = Node.AddressOf(only, settings.Insecure);
        }
        else if (Array.Exists(endPoints, endPoint => endPoint is DnsEndPoint))
        {
            settings.DnsGossipSeeds = Array.ConvertAll(endPoints, Node.ByName);
        }
        else
        {
            settings.IpGossipSeeds = Array.ConvertAll(endPoints, endPoint => (IPEndPoint)endPoint);
        }
    }
}
