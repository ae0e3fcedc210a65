using System.Globalization;
using System.Net;

namespace PbftReference.Runtime.Configuration;

/// <summary>How values are written and read.</summary>
public static class SettingSyntax
{
    private static readonly (string Unit, long Factor)[] Durations = [("ms", 1), ("s", 1000), ("m", 60_000)];
    private static readonly (string Unit, long Factor)[] Sizes = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    /// <summary>A number, in milliseconds or bytes where it has a unit, as it is written.</summary>
    public static string Text(SettingKind kind, long value) => kind switch
    {
        SettingKind.Duration => value != 0 && value % 1000 == 0 ? $"{value / 1000}s" : $"{value}ms",
        SettingKind.Size => Sizes.Where(s => value % s.Factor == 0 && value >= s.Factor).Select(s => $"{value / s.Factor}{s.Unit}").FirstOrDefault() ?? $"{value}B",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Checks a value; numbers, durations and sizes come back as one number.</summary>
    /// <exception cref="FormatException">It is not one; says how it is written, or what is allowed.</exception>
    public static long Check(SettingKey key, string text)
    {
        ArgumentNullException.ThrowIfNull(key);
        switch (key.Kind)
        {
            case SettingKind.Number: return Within(key, Number(text) ?? throw new FormatException("it takes a whole number"));
            case SettingKind.Duration when key.BareSeconds && Number(text) is { } seconds && Math.Abs(seconds) <= long.MaxValue / 1000: return Within(key, seconds * 1000);
            case SettingKind.Duration: return Within(key, WithUnit(text, Durations, "a duration with its unit, as 250ms, 2s or 1m"));
            case SettingKind.Size: return Within(key, WithUnit(text, Sizes, "a size with its unit, as 4096B, 64KiB or 32MiB"));
            case SettingKind.Flag: return bool.TryParse(text, out var flag) ? (flag ? 1 : 0) : throw new FormatException("it takes true or false");
            case SettingKind.Choice: return key.Choices.Contains(text, StringComparer.OrdinalIgnoreCase) ? 0 : throw new FormatException($"it takes {key.Bounds}");
            case SettingKind.Address: return Address(text).Port;
            case SettingKind.Url: return text.Length == 0 || IsUrl(text) ? 0 : throw new FormatException("it takes http://HOST:PORT");
            case SettingKind.Store when text.Contains(":/", StringComparison.Ordinal) && !EventLog.Stores.EventStoreDb.IsAddress(text): throw new FormatException("there is no such scheme: it takes a path, or esdb://HOST:2113");
            case SettingKind.Path or SettingKind.Store: return text.Length > 0 ? 0 : throw new FormatException("it takes a path");
            default: throw new InvalidOperationException($"no syntax for {key.Kind}");
        }
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is not one of the loopback.</exception>
    public static IPEndPoint Address(string text) => IPEndPoint.TryParse(text, out var address) && text.Contains(':', StringComparison.Ordinal) && IPAddress.IsLoopback(address.Address)
        ? address
        : throw new FormatException("it takes an address of the loopback and a port, as 127.0.0.1:7001");

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    private static long? Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static long WithUnit(string text, (string Unit, long Factor)[] units, string wanted)
    {
        foreach (var (unit, factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && Number(text[..^unit.Length]) is { } value && Math.Abs(value) <= long.MaxValue / factor) return value * factor;
        }

        throw new FormatException($"it takes {wanted}");
    }

    private static long Within(SettingKey key, long value) => value >= key.Least && value <= key.Most ? value : throw new FormatException($"it must be {key.Bounds}");
}
