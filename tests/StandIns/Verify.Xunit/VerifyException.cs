#pragma warning disable CA1032, CA1064 // internal as in the real package: a test sees only its name and message

namespace VerifyTests;

internal sealed class VerifyException(string message) : Exception(message)
{
    // The difference says it all; where it was found out does not help.
    public override string StackTrace => "";
}
