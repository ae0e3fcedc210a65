using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EventStore.Client;

/// <summary>The keys of a connection string and what their values set.</summary>
internal static class ConnectionStringOptions
{
    private static readonly Dictionary<string, Action<EventStoreClientSettings, string, string>> Setters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tls"] = (settings, key, value) => settings.ConnectivitySettings.Insecure = !Bool(key, value),
        ["tlsVerifyCert"] = (settings, key, value) => settings.ConnectivitySettings.TlsVerifyCert = Bool(key, value),
        ["tlsCaFile"] = (settings, key, value) => settings.ConnectivitySettings.TlsCaFile = Certificate(key, value),
        ["nodePreference"] = (settings, key, value) => settings.ConnectivitySettings.NodePreference = Preference(key, value),
        ["maxDiscoverAttempts"] = (settings, key, value) => settings.ConnectivitySettings.MaxDiscoverAttempts = Int(key, value),
        ["discoveryInterval"] = (settings, key, value) => settings.ConnectivitySettings.DiscoveryInterval = Duration(key, value),
        ["gossipTimeout"] = (settings, key, value) => settings.ConnectivitySettings.GossipTimeout = Duration(key, value),
        ["keepAliveInterval"] = (settings, key, value) => settings.ConnectivitySettings.KeepAliveInterval = DurationOrNever(key, value),
        ["keepAliveTimeout"] = (settings, key, value) => settings.ConnectivitySettings.KeepAliveTimeout = DurationOrNever(key, value),
        ["defaultDeadline"] = (settings, key, value) => settings.DefaultDeadline = Duration(key, value),
        ["throwOnAppendFailure"] = (settings, key, value) => settings.OperationOptions.ThrowOnAppendFailure = Bool(key, value),
        ["connectionName"] = (settings, _, value) => settings.ConnectionName = value,
        ["userCertFile"] = (_, _, _) => { },
        ["userKeyFile"] = (_, _, _) => { },
    };

    public static void Apply(EventStoreClientSettings settings, Dictionary<string, string> options)
    {
        foreach (var (key, value) in options)
        {
            if (!Setters.TryGetValue(key, out var set))
            {
                throw new InvalidSettingException($"Unknown option: {key}. Known: {string.Join(", ", Setters.Keys)}.");
            }

            set(settings, key, value);
        }

        var certificate = options.GetValueOrDefault("userCertFile", "");
        var privateKey = options.GetValueOrDefault("userKeyFile", "");
        if (certificate.Length + privateKey.Length > 0)
        {
            settings.ConnectivitySettings.ClientCertificate = CertificateWithKey(certificate, privateKey);
        }
    }

    private static bool Bool(string key, string value) =>
        bool.TryParse(value, out var parsed) ? parsed : throw new InvalidSettingException($"{key} must be true or false, but is '{value}'.");

    private static int Int(string key, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : throw new InvalidSettingException($"{key} must be a whole number, but is '{value}'.");

    private static TimeSpan Duration(string key, string value) => Int(key, value) is >= 0 and var milliseconds
        ? TimeSpan.FromMilliseconds(milliseconds)
        : throw new InvalidSettingException($"{key} must be a number of milliseconds from 0, but is '{value}'.");

    private static TimeSpan DurationOrNever(string key, string value) =>
        Int(key, value) == -1 ? Timeout.InfiniteTimeSpan : Duration(key, value);

    private static NodePreference Preference(string key, string value) =>
        Array.Find(Enum.GetNames<NodePreference>(), name => name.Equals(value, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse<NodePreference>(name)
            : throw new InvalidSettingException($"{key} must be one of leader, follower, random, readOnlyReplica, but is '{value}'.");

    private static X509Certificate2 Certificate(string key, string path) => Load(
        $"{key}: {path} is not a certificate in PEM or DER.", [path], () => X509CertificateLoader.LoadCertificateFromFile(path));

    private static X509Certificate2 CertificateWithKey(string certificate, string privateKey) => Load(
        $"{certificate} and {privateKey} are not a certificate and its key in PEM.",
        [certificate, privateKey],
        () => X509Certificate2.CreateFromPemFile(certificate, privateKey));

    private static X509Certificate2 Load(string message, string[] paths, Func<X509Certificate2> load)
    {
        if (Array.Find(paths, path => !File.Exists(path)) is { } missing)
        {
            throw new InvalidClientCertificateException(missing.Length == 0
                ? "userCertFile and userKeyFile belong together: one is missing."
                : $"{missing} was not found.");
        }

        try
        {
            return load();
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidClientCertificateException(message, exception);
        }
    }
}
