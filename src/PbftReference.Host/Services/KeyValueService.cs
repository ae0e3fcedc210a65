using System.Globalization;
using System.Text;
using System.Text.Unicode;
using PbftReference.Core.Types;

namespace PbftReference.Host.Services;

/// <summary>
/// The service "kv": text values by text keys. Operations: <c>get KEY</c>, <c>put KEY VALUE</c>, <c>cas KEY EXPECTED NEW</c>
/// (compare-and-set), <c>delete KEY</c>, <c>transfer FROM TO AMOUNT</c>. A result begins with <c>ok</c>, <c>none</c> (no such
/// key), <c>refused:</c> (understood, not allowed by the state) or <c>error:</c> (not understood). Only <c>ok</c> changes state.
/// </summary>
/// <remarks>
/// Equal contents have equal pages and digest, whatever the history. Pages average 2 KiB and, with keys not chosen for the
/// purpose, stay near 4 KiB at most, more where one pair is larger (a pair takes at most 65,798 bytes). Whoever searches for keys
/// whose SHA-256 fall together can make one page larger: bounded by the pairs there are.
/// </remarks>
public sealed class KeyValueService : IService
{
    /// <summary>"kv".</summary>
    public const string ServiceName = "kv";

    /// <summary>Longest key, in bytes of UTF-8.</summary>
    public const int MaxKeySize = 256;

    /// <summary>Longest value, in bytes of UTF-8.</summary>
    public const int MaxValueSize = 65_536;

    private const string Usage = "get KEY | put KEY VALUE | cas KEY EXPECTED NEW | delete KEY | transfer FROM TO AMOUNT";
    private static readonly string KeyRule =
        string.Create(CultureInfo.InvariantCulture, $"error: a key has 1 to {MaxKeySize} bytes, no spaces and no control characters");
    private static readonly string ValueRule =
        string.Create(CultureInfo.InvariantCulture, $"error: a value has at most {MaxValueSize} bytes");

    private KeyValueTable _table = new();
    private long _hashedBefore;

    /// <inheritdoc/>
    public string Name => ServiceName;

    /// <inheritdoc/>
    public Digest Digest => _table.Pages.Root;

    /// <inheritdoc/>
    public long PagesHashed => _hashedBefore + _table.PagesHashed;

    /// <inheritdoc/>
    public byte[] Execute(ClientId client, Timestamp timestamp, ReadOnlySpan<byte> operation) => Encoding.UTF8.GetBytes(
        Utf8.IsValid(operation) ? Run(Encoding.UTF8.GetString(operation)) : $"error: not UTF-8 text; write {Usage}");

    /// <inheritdoc/>
    public ServiceCheckpoint Capture() => _table.Pages.Capture();

    /// <inheritdoc/>
    public void Install(IReadOnlyList<ReadOnlyMemory<byte>> pages)
    {
        var installed = new KeyValueTable();
        for (var i = 0; i < pages.Count; i++)
        {
            foreach (var (key, value) in KeyValueBucket.Decode(pages[i], i))
            {
                if (!IsKey(key) || !IsValue(value))
                {
                    throw new InvalidDataException($"page {i} holds a pair that is beyond the service's limits; fetch it again");
                }

                installed.Put(key, value);
            }
        }

        installed.Pages.RequireEqual(pages);
        _hashedBefore += _table.PagesHashed;
        _table = installed;
    }

    /// <inheritdoc/>
    public IEnumerable<ServiceEntry> Entries() => _table.Pairs
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => new ServiceEntry(pair.Key, Encoding.UTF8.GetBytes(pair.Value)));

    private string Run(string operation)
    {
        var (verb, rest) = Cut(operation);
        return verb switch
        {
            "get" => Get(rest),
            "put" => Put(rest),
            "cas" => CompareAndSet(rest),
            "delete" => Delete(rest),
            "transfer" => Transfer(rest),
            _ => $"error: unknown operation; write {Usage}",
        };
    }

    private string Get(string? key)
    {
        if (!IsKey(key)) return KeyRule;
        return _table.Get(key!) is { } value ? "ok " + value : "none";
    }

    private string Put(string? rest)
    {
        var (key, value) = Cut(rest);
        if (!IsKey(key)) return KeyRule;
        if (value is null) return "error: no value; write put KEY VALUE";
        if (!IsValue(value)) return ValueRule;
        _table.Put(key!, value);
        return "ok";
    }

    private string CompareAndSet(string? rest)
    {
        var (key, values) = Cut(rest);
        var (expected, replacement) = Cut(values);
        if (!IsKey(key)) return KeyRule;
        if (replacement is null) return "error: two values are needed; write cas KEY EXPECTED NEW";
        if (!IsValue(replacement)) return ValueRule;
        if (_table.Get(key!) is not { } value) return "none";
        if (value != expected) return "refused: the value is " + value;
        _table.Put(key!, replacement);
        return "ok";
    }

    private string Delete(string? key)
    {
        if (!IsKey(key)) return KeyRule;
        return _table.Remove(key!) ? "ok" : "none";
    }

    // A key that does not exist is an account with nothing in it.
    private string Transfer(string? rest)
    {
        var (from, other) = Cut(rest);
        var (to, amountText) = Cut(other);
        if (!IsKey(from) || !IsKey(to)) return KeyRule;
        if (!TryInteger(amountText, out var amount) || amount < 1)
        {
            return "error: the amount is a whole number, 1 or more; write transfer FROM TO AMOUNT";
        }

        if (!TryInteger(_table.Get(from!) ?? "0", out var source)) return $"refused: {from} does not hold a whole number";
        if (!TryInteger(_table.Get(to!) ?? "0", out var target)) return $"refused: {to} does not hold a whole number";
        if (source < amount) return $"refused: {from} holds {Text(source)}, less than {Text(amount)}";
        if (from == to) return $"ok {Text(source)} {Text(target)}";
        if (target > long.MaxValue - amount) return $"refused: {to} cannot hold that much";
        _table.Put(from!, Text(source - amount));
        _table.Put(to!, Text(target + amount));
        return $"ok {Text(source - amount)} {Text(target + amount)}";
    }

    // Splits at the first space; a null tail means there was none.
    private static (string? Head, string? Tail) Cut(string? text)
    {
        var space = text?.IndexOf(' ', StringComparison.Ordinal) ?? -1;
        return space < 0 ? (text, null) : (text![..space], text[(space + 1)..]);
    }

    private static bool IsKey(string? key) =>
        !string.IsNullOrEmpty(key) && Encoding.UTF8.GetByteCount(key) <= MaxKeySize && !key.Any(c => c == ' ' || char.IsControl(c));

    private static bool IsValue(string value) => Encoding.UTF8.GetByteCount(value) <= MaxValueSize;

    // One way of writing each number: no plus, no leading zeros, no "-0".
    private static bool TryInteger(string? text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && Text(number) == text;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
