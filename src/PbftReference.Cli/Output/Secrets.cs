using System.Text.RegularExpressions;

namespace PbftReference.Cli.Output;

/// <summary>Keeps what is secret out of what is shown.</summary>
internal static partial class Secrets
{
    /// <summary>A text without the user and password of any address in it, well written or not.</summary>
    public static string Masked(string text) => text.Contains('@', StringComparison.Ordinal) ? UserInfo().Replace(text, "$1") : text;

    [GeneratedRegex(@"([A-Za-z][A-Za-z0-9+.\-]*:/{1,3})[^\s/@:'""]+:[^\s/@]*@")]
    private static partial Regex UserInfo();
}
