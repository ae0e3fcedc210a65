using System.Globalization;
using System.Text;

namespace PbftReference.Tests.TestServer;

/// <summary>A message as text, in which volatile fields are masked after decoding: their width may differ, their presence may not.</summary>
internal sealed class MaskedMessage
{
    private readonly StringBuilder _text = new();
    private readonly IReadOnlyList<IReadOnlyList<(uint Number, int Index)>> _masked;

    private MaskedMessage(IReadOnlyList<IReadOnlyList<(uint, int)>> masked) => _masked = masked;

    /// <summary>The text.</summary>
    public string Text => _text.ToString();

    /// <summary>The values behind the masks, in the order of the paths; null where a field is missing.</summary>
    public Dictionary<int, string> Values { get; } = [];

    /// <summary>Where a volatile field of a recorded message is: at each level the number and the index among all fields.</summary>
    public static IReadOnlyList<(uint Number, int Index)> Locate(byte[] recorded, VolatileField field)
    {
        var path = new List<(uint, int)>();
        if (!Find(recorded, 0, field, 0, path)) throw new InvalidDataException($"no field {string.Join('.', field.Path)} at {field.Offset}");
        return path;
    }

    /// <summary>Renders a message.</summary>
    public static MaskedMessage Of(byte[] message, IReadOnlyList<IReadOnlyList<(uint Number, int Index)>> masked)
    {
        var rendered = new MaskedMessage(masked);
        rendered.Render(message, [.. masked.Select((path, i) => (path, i))], 0);
        return rendered;
    }

    private static bool Find(byte[] message, int @base, VolatileField wanted, int depth, List<(uint, int)> path)
    {
        var fields = WireField.Read(message, @base);
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Number != wanted.Path[depth]) continue;

            path.Add((fields[i].Number, i));
            var isLeaf = depth == wanted.Path.Count - 1;
            if (isLeaf ? fields[i].Offset == wanted.Offset : fields[i].WireType == 2 && Find(fields[i].Bytes, fields[i].Offset, wanted, depth + 1, path)) return true;
            path.RemoveAt(path.Count - 1);
        }

        return false;
    }

    private void Render(byte[] message, IReadOnlyList<(IReadOnlyList<(uint Number, int Index)> Path, int Mask)> open, int depth)
    {
        var fields = WireField.Read(message);
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            var inside = open.Where(mask => mask.Path[depth] == (field.Number, i)).ToList();
            _text.Append(CultureInfo.InvariantCulture, $"{field.Number}/{field.WireType}:");
            if (inside.Find(mask => mask.Path.Count == depth + 1) is { Path: not null } leaf) Mask(field, leaf.Mask);
            else if (inside.Count > 0 && field.WireType == 2) RenderNested(field, inside, depth);
            else _text.Append(field.WireType == 0 ? field.Varint.ToString(CultureInfo.InvariantCulture) : Convert.ToHexStringLower(field.Bytes));
            _text.Append(' ');
        }
    }

    private void RenderNested(WireField field, List<(IReadOnlyList<(uint Number, int Index)> Path, int Mask)> inside, int depth)
    {
        _text.Append("{ ");
        Render(field.Bytes, inside, depth + 1);
        _text.Append('}');
    }

    private void Mask(WireField field, int mask)
    {
        Values[mask] = field.WireType == 0 ? field.Varint.ToString(CultureInfo.InvariantCulture) : Encoding.UTF8.GetString(field.Bytes);
        _text.Append('*');
    }
}
