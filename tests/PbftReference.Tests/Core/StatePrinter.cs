using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Tests.Core;

/// <summary>Prints whatever Core holds by its public properties, so that two states are equal when their texts are.</summary>
internal static class StatePrinter
{
    private static readonly Dictionary<Type, PropertyInfo[]> Properties = [];

    public static string Print(object? value)
    {
        var text = new StringBuilder();
        Print(text, value);
        return text.ToString();
    }

    private static void Print(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null: text.Append('-'); break;
            case ClusterConfiguration: text.Append("configuration"); break;
            case Digest digest: text.Append(digest.ToString()); break;
            case string or bool or int or long or ulong or byte or Enum: text.Append(CultureInfo.InvariantCulture, $"{value}"); break;
            case ImmutableArray<byte> bytes: text.Append(Convert.ToHexString(bytes.AsSpan())); break;
            case RequestQueue queue: Print(text, queue.InArrivalOrder().ToList()); text.Append(CultureInfo.InvariantCulture, $"next {queue.NextArrival}"); break;
            case IEnumerable items: PrintItems(text, items); break;
            default: PrintProperties(text, value); break;
        }
    }

    private static void PrintItems(StringBuilder text, IEnumerable items)
    {
        text.Append('[');
        foreach (var item in items)
        {
            Print(text, item);
            text.Append(';');
        }

        text.Append(']');
    }

    private static void PrintProperties(StringBuilder text, object value)
    {
        text.Append(value.GetType().Name).Append('{');
        foreach (var property in PropertiesOf(value.GetType()))
        {
            text.Append(property.Name).Append('=');
            Print(text, property.GetValue(value));
            text.Append(',');
        }

        text.Append('}');
    }

    private static PropertyInfo[] PropertiesOf(Type type)
    {
        lock (Properties)
        {
            if (Properties.TryGetValue(type, out var known)) return known;
            return Properties[type] =
            [
                .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Where(p => p.GetIndexParameters().Length == 0 && p.PropertyType != type && p.Name is not "StatementDigest" and not "Digest")
                    .OrderBy(p => p.Name, StringComparer.Ordinal),
            ];
        }
    }
}
