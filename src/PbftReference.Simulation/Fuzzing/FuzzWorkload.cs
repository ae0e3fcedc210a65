using System.Globalization;
using System.Text;
using PbftReference.Host.Services;

namespace PbftReference.Simulation.Fuzzing;

/// <summary>Operations for a service, all different from one another, the k-th always the same.</summary>
public static class FuzzWorkload
{
    private const int Keys = 12;

    /// <summary>So many operations for a service.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="count">How many.</param>
    public static Workload For(string service, long count) =>
        service == KeyValueService.ServiceName ? new Workload(count, KeyValueOperation) : new Workload(count, LedgerOperation);

    private static byte[] LedgerOperation(long k) => Text($"op {k}");

    private static byte[] KeyValueOperation(long k)
    {
        var (from, to) = (k % Keys, (k * 7) % Keys);
        return (k % 5) switch
        {
            0 or 1 => Text($"put key{from} {k}"),
            2 => Text($"transfer key{from} key{to} {k % 9}"),
            3 => Text($"cas key{from} {k - Keys} {k}"),
            _ => Text($"get key{to}"),
        };
    }

    private static byte[] Text(FormattableString text) => Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture));
}
