namespace PbftReference.EventLog.Stores;

/// <summary>A word of a command that is printed to be copied.</summary>
public static class ShellWord
{
    private const string Plain = "-_./:,+@%=";

    /// <summary>The word as a shell takes it: as it is, or in quotes where it holds anything that a shell may read otherwise.</summary>
    /// <param name="text">The word.</param>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
