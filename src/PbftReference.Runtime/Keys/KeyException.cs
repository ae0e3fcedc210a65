namespace PbftReference.Runtime.Keys;

/// <summary>A key or certificate cannot be used; says which file, why, and how to go on.</summary>
public sealed class KeyException : Exception
{
    /// <summary>Says what.</summary>
    public KeyException(string message)
        : base(message)
    {
    }

    /// <summary>Says nothing.</summary>
    public KeyException()
    {
    }

    /// <summary>Says what, and why.</summary>
    public KeyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
