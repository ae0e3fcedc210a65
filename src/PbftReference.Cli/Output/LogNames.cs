using System.Text;

namespace PbftReference.Cli.Output;

/// <summary>Names as the log has them, so that what a table shows can be looked up by <c>pbft explain</c>.</summary>
public static class LogNames
{
    /// <summary>stale-view for StaleView; a text is left as it is.</summary>
    /// <param name="value">A value of an enumeration, or a text.</param>
    public static string Of(object value)
    {
        if (value is not Enum) return value.ToString()!;
        var text = new StringBuilder();
        foreach (var letter in value.ToString()!)
        {
            if (char.IsUpper(letter) && text.Length > 0) text.Append('-');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
