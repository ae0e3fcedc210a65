using System.Globalization;

namespace PbftReference.Cli.Output;

/// <summary>How far a work is whose size is known.</summary>
internal static class ProgressBar
{
    private const int Cells = 20;

    /// <summary>A bar and the percentage, such as <c>[#####...............]  25%</c>.</summary>
    /// <param name="done">How much is done; more than all counts as all.</param>
    /// <param name="total">How much there is; 0 counts as done.</param>
    public static string Of(long done, long total)
    {
        var share = total <= 0 ? 1 : Math.Clamp((double)done / total, 0, 1);
        var full = (int)(share * Cells);
        return string.Create(CultureInfo.InvariantCulture, $"[{new string('#', full)}{new string('.', Cells - full)}] {(int)(share * 100),3}%");
    }
}
