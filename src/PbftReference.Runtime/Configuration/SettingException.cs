namespace PbftReference.Runtime.Configuration;

/// <summary>A setting is wrong; names the key, the value, where it came from, and what is allowed.</summary>
public sealed class SettingException : Exception
{
    /// <summary>Whether the command line says it, and not a file or the environment.</summary>
    public bool OfCommandLine { get; init; }

    /// <summary>Says what.</summary>
    public SettingException(string message)
        : base(message)
    {
    }

    /// <summary>Says nothing.</summary>
    public SettingException()
    {
    }

    /// <summary>Says what, and why.</summary>
    public SettingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
