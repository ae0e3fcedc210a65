namespace PbftReference.Consensus.Interfaces;

/// <summary>The ledger cannot do what was asked; says what, where, and how to go on.</summary>
public sealed class LedgerException : Exception
{
    /// <summary>Says what.</summary>
    public LedgerException(string message)
        : base(message)
    {
    }

    /// <summary>Says nothing.</summary>
    public LedgerException()
    {
    }

    /// <summary>Says what, and why.</summary>
    public LedgerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
