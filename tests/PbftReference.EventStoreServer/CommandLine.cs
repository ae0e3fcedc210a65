using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PbftReference.TestServer;

/// <summary>The arguments of the console program.</summary>
internal static class CommandLine
{
    /// <summary>How to call it.</summary>
    public const string Usage =
        "usage: PbftReference.EventStoreServer [--port N] [--secure] [--certificate FILE --key FILE] [--max-append-size N]\n" +
        "  --port N               the port on 127.0.0.1, 1 to 65535 (2113; 0 takes a free one)\n" +
        "  --secure               callers need a name and a password (admin:changeit, ops:changeit); needs a certificate\n" +
        "  --certificate, --key   PEM files: speak TLS\n" +
        "  --max-append-size N    most bytes of data in one append, 1 to 16777216 (1048576)";

    private const int DefaultPort = 2113;
    private const int LargestAppend = 16 * 1024 * 1024;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">They are wrong.</exception>
    public static EventStoreServerOptions Read(IReadOnlyList<string> arguments)
    {
        var options = new EventStoreServerOptions { Port = DefaultPort };
        string? certificate = null, key = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            string Value() => ++i < arguments.Count ? arguments[i] : throw new UsageException($"{arguments[^1]} needs a value");
            switch (arguments[i])
            {
                case "--port": options = options with { Port = Number("--port", Value(), 0, 65_535) }; break;
                case "--secure": options = options with { Secured = true }; break;
                case "--certificate": certificate = Value(); break;
                case "--key": key = Value(); break;
                case "--max-append-size": options = options with { MaxAppendSize = Number("--max-append-size", Value(), 1, LargestAppend) }; break;
                default: throw new UsageException($"unknown argument {arguments[i]}");
            }
        }

        if (certificate is null != key is null) throw new UsageException("--certificate and --key go together");
        if (options.Secured && certificate is null) throw new UsageException("--secure needs --certificate and --key: passwords do not travel in clear");
        return certificate is null ? options : options with { Certificate = Certificate(certificate, key!) };
    }

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new UsageException($"{name} takes a number from {least} to {most}, not {text}");

    private static X509Certificate2 Certificate(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new UsageException($"the certificate {certificate} with the key {key} cannot be used: {e.Message}");
        }
    }
}

/// <summary>The program was called wrongly.</summary>
internal sealed class UsageException(string message) : Exception(message);
