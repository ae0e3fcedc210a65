using System.Text;
using System.Text.Unicode;

namespace PbftReference.Host.Services;

/// <summary>One line of a service's listing (<see cref="IService.Entries"/>).</summary>
/// <param name="Label">Ledger: position, client and timestamp, as <c>17 c3 t5</c>. Key-value: the key.</param>
/// <param name="Value">Ledger: the operation. Key-value: the value in UTF-8.</param>
public readonly record struct ServiceEntry(string Label, ReadOnlyMemory<byte> Value)
{
    /// <summary>
    /// The value as text if it is printable UTF-8, otherwise <c>0x</c> and hexadecimal digits. Text that itself begins with
    /// <c>0x</c> is shown in hexadecimal too, so two values never look the same.
    /// </summary>
    public string Text
    {
        get
        {
            if (Utf8.IsValid(Value.Span))
            {
                var text = Encoding.UTF8.GetString(Value.Span);
                if (!text.Any(char.IsControl) && !text.StartsWith("0x", StringComparison.Ordinal)) return text;
            }

            return "0x" + Convert.ToHexStringLower(Value.Span);
        }
    }

    /// <summary><c>label: text</c>.</summary>
    public override string ToString() => $"{Label}: {Text}";
}
