using System.Globalization;

namespace PbftReference.Runtime.Telemetry;

/// <summary>What one combination of tags of an instrument has come to.</summary>
internal sealed class MetricSeries
{
    private readonly Lock _gate = new();
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly long[] _buckets;
    private double _value;
    private long _count;

    public MetricSeries(KeyValuePair<string, object?>[] tags, int buckets)
    {
        (_tags, _buckets) = (tags, new long[buckets]);
        Labels = string.Join(',', tags.Select(tag => $"{tag.Key.Replace('.', '_')}=\"{Escaped(tag.Value)}\""));
    }

    /// <summary>The tags as Prometheus writes them, without braces.</summary>
    public string Labels { get; }

    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length) return false;
        for (var i = 0; i < tags.Length; i++)
        {
            if (!ReferenceEquals(tags[i].Value, _tags[i].Value) && !Equals(tags[i].Value, _tags[i].Value)) return false;
            if (tags[i].Key != _tags[i].Key) return false;
        }

        return true;
    }

    public void Take(double value, bool adds, IReadOnlyList<double> bounds)
    {
        lock (_gate)
        {
            _count++;
            _value = adds ? _value + value : value;
            for (var i = 0; i < bounds.Count; i++)
            {
                if (value > bounds[i]) continue;
                _buckets[i]++;
                break;
            }
        }
    }

    /// <summary>Sum or latest value, number of measurements, and how many of them fell in each bucket, all of one moment.</summary>
    public (double Value, long Count, long[] Buckets) Read()
    {
        lock (_gate) return (_value, _count, [.. _buckets]);
    }

    private static string Escaped(object? value) => (Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
