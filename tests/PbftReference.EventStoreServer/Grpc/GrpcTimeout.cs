using System.Globalization;

namespace PbftReference.TestServer.Grpc;

/// <summary>The header grpc-timeout.</summary>
internal static class GrpcTimeout
{
    /// <summary>Up to here a deadline is not enforced: EventStoreDB answered calls with such deadlines as if they had none.</summary>
    private static readonly TimeSpan Unenforced = TimeSpan.FromMilliseconds(1);

    private static readonly Dictionary<char, double> Seconds =
        new() { ['H'] = 3600, ['M'] = 60, ['S'] = 1, ['m'] = 1e-3, ['u'] = 1e-6, ['n'] = 1e-9 };

    /// <summary>The time it allows; null where it is missing, cannot be read or is too short to be enforced.</summary>
    public static TimeSpan? Read(string? header)
    {
        if (header is not { Length: >= 2 and <= 9 } || !Seconds.TryGetValue(header[^1], out var unit)) return null;
        if (!int.TryParse(header.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;

        // Timers reach no farther than about 49 days; nobody waits longer.
        var timeout = TimeSpan.FromSeconds(Math.Min(count * unit, TimeSpan.FromDays(40).TotalSeconds));
        return timeout > Unenforced ? timeout : null;
    }
}
