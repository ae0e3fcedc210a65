using PbftReference.Core.Messages;

namespace PbftReference.Audit.Accountability;

/// <summary>
/// What the logs say of one statement: the first place where it stands with a signature that holds, and how often it stood before that with one
/// that does not. Each log is read in its order, and the logs side by side, so that a log with a smaller number may have it later.
/// </summary>
internal sealed class HeldStatement
{
    private int[]? _refused;

    /// <summary>The statement with the signature that counts; null as long as none held.</summary>
    public SignedStatement? Said { get; private set; }

    /// <summary>Where it stands.</summary>
    public SaidAt At { get; private set; }

    /// <summary>How often it was made up.</summary>
    public long Forged => _refused is null ? 0 : _refused.Take(Said is null ? _refused.Length : At.Log + 1).Sum(count => (long)count);

    /// <summary>Whether what a log says of it now can still change anything.</summary>
    public bool IsOpen(int log) => Said is null || log < At.Log;

    /// <summary>Whether it is known that a signature holds, since it is the one that did.</summary>
    public bool IsKnown(Signature signature) => Said is { Statement: not (ViewChange or NewView) } && Said.Signature.Equals(signature);

    /// <summary>Its signature holds here.</summary>
    public void Hold(SignedStatement said, SaidAt at) => (Said, At) = (said, at);

    /// <summary>Its signature does not hold here.</summary>
    /// <param name="log">The log.</param>
    /// <param name="logs">How many there are.</param>
    public void Refuse(int log, int logs) => (_refused ??= new int[logs])[log]++;
}
