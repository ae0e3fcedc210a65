using System.Globalization;

namespace EventStore.Client;

/// <summary>What a call carries besides its messages.</summary>
/// <param name="Deadline">How long it may take; null for ever.</param>
/// <param name="Credentials">Who makes it, if not anybody.</param>
/// <param name="RequiresLeader">Whether a follower must refuse it.</param>
/// <param name="ConnectionName">A name for the server's diagnostics.</param>
internal sealed record CallOptions(TimeSpan? Deadline, UserCredentials? Credentials, bool RequiresLeader, string ConnectionName)
{
    private const long MostDigits = 99_999_999;

    public void SetHeaders(HttpRequestMessage request)
    {
        request.Headers.TE.ParseAdd("trailers");
        request.Headers.Add("requires-leader", RequiresLeader ? "True" : "False");
        request.Headers.TryAddWithoutValidation("connection-name", ConnectionName);
        if (Deadline is { } deadline)
        {
            request.Headers.Add("grpc-timeout", Timeout(deadline));
        }

        if (Credentials is not null)
        {
            request.Headers.TryAddWithoutValidation("authorization", Credentials.ToString());
        }
    }

    // Whole seconds, or else milliseconds rounded up if the eight digits that there may be are enough.
    private static string Timeout(TimeSpan deadline)
    {
        var milliseconds = (long)Math.Ceiling(Math.Max(1, deadline.TotalMilliseconds));
        return milliseconds % 1000 != 0 && milliseconds <= MostDigits
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min((milliseconds + 999) / 1000, MostDigits)}S");
    }
}
