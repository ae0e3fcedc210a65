using System.Globalization;
using System.Text;

namespace PbftReference.Runtime.Telemetry;

/// <summary>The formats that Prometheus reads.</summary>
public enum PrometheusFormat
{
    /// <summary>Prometheus's text format 0.0.4.</summary>
    Text,

    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}

/// <summary>Writes metrics as text.</summary>
internal sealed class PrometheusWriter(PrometheusFormat format)
{
    /// <summary>What a counter's samples end with.</summary>
    public const string CounterSuffix = "_total";

    private readonly StringBuilder _text = new(16_384);

    private bool IsOpen => format == PrometheusFormat.OpenMetrics;

    /// <summary>The content type of a format.</summary>
    public static string ContentType(PrometheusFormat format) => format == PrometheusFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    public void Add(MetricFamily family)
    {
        // OpenMetrics names the family without the suffix of its samples, the older format with it
        var name = family.Kind == MetricKind.Counter && !IsOpen ? family.Name + CounterSuffix : family.Name;
        Line($"# HELP {name} {Escaped(family.Help)}");
        Line($"# TYPE {name} {family.Kind switch { MetricKind.Counter => "counter", MetricKind.Histogram => "histogram", _ => "gauge" }}");
        if (IsOpen && family.Unit.Length > 0) Line($"# UNIT {name} {family.Unit}");
        foreach (var series in family.Series)
        {
            if (family.Kind == MetricKind.Histogram) AddHistogram(family, series);
            else Line($"{family.Name}{(family.Kind == MetricKind.Counter ? CounterSuffix : "")}{Braced(series.Labels)} {Number(series.Read().Value)}");
        }
    }

    /// <summary>All that was written.</summary>
    public string End()
    {
        if (IsOpen) Line($"# EOF");
        return _text.ToString();
    }

    private void AddHistogram(MetricFamily family, MetricSeries series)
    {
        var (sum, count, buckets) = series.Read();
        var below = 0L;
        for (var i = 0; i < buckets.Length; i++)
        {
            below += buckets[i];
            Line($"{family.Name}_bucket{Braced(Joined(series.Labels, Bound(family.Buckets[i])))} {below}");
        }

        Line($"{family.Name}_bucket{Braced(Joined(series.Labels, "+Inf"))} {count}");
        Line($"{family.Name}_sum{Braced(series.Labels)} {Number(sum)}");
        Line($"{family.Name}_count{Braced(series.Labels)} {count}");
    }

    private void Line(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private string Escaped(string help)
    {
        var escaped = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return IsOpen ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    /// <summary>OpenMetrics wants every bound to look like a fraction.</summary>
    private string Bound(double bound)
    {
        var text = Number(bound);
        return IsOpen && double.IsInteger(bound) && !text.Contains('E', StringComparison.Ordinal) ? text + ".0" : text;
    }

    private static string Joined(string labels, string bound) => labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"";

    private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
