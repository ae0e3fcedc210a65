using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PbftReference.TestServer.Faults;

/// <summary>
/// Faults by requests: POST /faults/append/KIND and /faults/read/KIND, with ?next=N or ?every=K (next=1 where neither is given), ?count=N
/// for the kinds that count and ?scope=connection for those that drop; /faults/release?count=N lets held calls pass, /faults/clear takes all
/// faults away. Kinds are those of <see cref="AppendFaultKind"/> and <see cref="ReadFaultKind"/>, in any case.
/// </summary>
internal sealed class FaultCommands(ServerFaults faults)
{
    /// <summary>What the paths begin with.</summary>
    public const string Path = "/faults/";

    private readonly FaultGate _gate = new();

    /// <summary>Obeys a request.</summary>
    /// <param name="command">The path after <see cref="Path"/>.</param>
    /// <param name="query">The query.</param>
    /// <returns>Whether it was understood, and what was done or why not.</returns>
    public (bool IsGood, string Answer) Obey(string command, IQueryCollection query)
    {
        try
        {
            return (true, Do(command.Split('/'), query));
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return (false, e.Message);
        }
    }

    private static int Number(IQueryCollection query, string key, int otherwise) => query.TryGetValue(key, out var text)
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{key} is no number: {text}")
        : otherwise;

    private static T Kind<T>(string name)
        where T : struct, Enum =>
        Enum.TryParse<T>(name, ignoreCase: true, out var kind) && Enum.IsDefined(kind) && !char.IsAsciiDigit(name[0])
            ? kind
            : throw new FormatException($"no such fault: {name}. There are {string.Join(", ", Enum.GetNames<T>())}");

    private static DropScope Scope(IQueryCollection query) => query.TryGetValue("scope", out var scope) ? Kind<DropScope>(scope.ToString()) : DropScope.Call;

    private string Do(string[] command, IQueryCollection query)
    {
        switch (command)
        {
            case ["append", var name]:
                var append = Append(Kind<AppendFaultKind>(name), query);
                _ = query.ContainsKey("every") ? faults.EveryAppend(append, Number(query, "every", 1)) : faults.NextAppend(append, Number(query, "next", 1));
                return $"{append.Kind} waits for its append";
            case ["read", var name]:
                var read = Read(Kind<ReadFaultKind>(name), query);
                _ = query.ContainsKey("every") ? faults.EveryRead(read, Number(query, "every", 1)) : faults.NextRead(read, Number(query, "next", 1));
                return $"{read.Kind} waits for its read";
            case ["release"]:
                _gate.Release(Number(query, "count", 1));
                return "released";
            case ["clear"]:
                faults.Clear();
                return "no faults any more";
            default:
                throw new FormatException($"no such command: {string.Join('/', command)}. There are append/KIND, read/KIND, release and clear");
        }
    }

    private AppendFault Append(AppendFaultKind kind, IQueryCollection query) =>
        new(kind, kind is AppendFaultKind.HoldBeforeCommit or AppendFaultKind.HoldAfterCommit ? _gate : null, Scope(query));

    private ReadFault Read(ReadFaultKind kind, IQueryCollection query)
    {
        var count = Number(query, "count", 1);
        return kind switch
        {
            ReadFaultKind.Trickle => ReadFault.Trickle(count),
            ReadFaultKind.DropAfterEvents => ReadFault.DropAfter(count, null, Scope(query)),
            ReadFaultKind.TooSlowAfterEvents => ReadFault.TooSlowAfter(count),
            ReadFaultKind.HoldPages => ReadFault.HoldPages(_gate),
            ReadFaultKind.NotReady => ReadFault.NotReady,
            ReadFaultKind.TooBusy => ReadFault.TooBusy,
        };
    }
}
