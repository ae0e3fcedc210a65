namespace Grpc.Core;

/// <summary>The code and the text with which a call ended.</summary>
public readonly struct Status
{
    /// <summary>Success without a text.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");

    /// <summary>Cancellation without a text.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    /// <summary>Makes a status.</summary>
    /// <param name="statusCode">The code.</param>
    /// <param name="detail">A text for people; may be empty.</param>
    /// <param name="debugException">What failed on this side, if anything did.</param>
    public Status(StatusCode statusCode, string detail, Exception? debugException = null)
    {
        StatusCode = statusCode;
        Detail = detail;
        DebugException = debugException;
    }

    /// <summary>The code.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>A text for people; may be empty.</summary>
    public string Detail { get; }

    /// <summary>What failed on this side, if anything did.</summary>
    public Exception? DebugException { get; }

    /// <summary>Code and text.</summary>
    /// <returns>For example <c>Status(StatusCode="Aborted", Detail="Operation timed out")</c>.</returns>
    public override string ToString() => $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")";
}
