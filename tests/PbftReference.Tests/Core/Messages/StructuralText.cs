using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Tests.Core.Messages;

/// <summary>
/// Everything that a message, step or state holds, as text: two of them are equal when their texts are. It goes by reflection over what
/// can be set, so a field that a codec forgets shows.
/// </summary>
public static class StructuralText
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null: text.Append("null"); break;
            case string or Digest or ReplicaId or ClientId or SequenceNumber or ViewNumber or Timestamp or Enum:
                text.Append('<').Append(value).Append('>');
                break;
            case byte b: text.Append(b.ToString("x2", CultureInfo.InvariantCulture)); break;
            case IConvertible c: text.Append(c.ToString(CultureInfo.InvariantCulture)); break;
            case Batch batch: Append(text, batch.Requests); break;
            case ClientTable clients: Append(text, new object[] { clients.Window, clients.Entries }); break;
            case RequestQueue queue: Append(text, new object[] { queue.NextArrival, queue.Unproposed(), queue.InArrivalOrder() }); break;
            case DictionaryEntry entry: Append(text, new[] { entry.Key, entry.Value }); break;
            case IEnumerable items: AppendItems(text, items); break;
            default: AppendProperties(text, value); break;
        }
    }

    private static void AppendItems(StringBuilder text, IEnumerable items)
    {
        text.Append('[');
        if (!IsDefaultArray(items))
        {
            foreach (var item in items)
            {
                Append(text, item);
                text.Append(' ');
            }
        }

        text.Append(']');
    }

    private static bool IsDefaultArray(IEnumerable items) => items.GetType().GetProperty("IsDefault")?.GetValue(items) is true;

    private static void AppendProperties(StringBuilder text, object value)
    {
        var type = value.GetType();
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite || type.IsGenericType)
            .OrderBy(property => property.Name, StringComparer.Ordinal);
        text.Append(type.Name).Append('{');
        foreach (var property in properties)
        {
            text.Append(property.Name).Append('=');
            Append(text, property.GetValue(value));
            text.Append(' ');
        }

        text.Append('}');
    }
}
