using System.Globalization;

namespace EventStore.Client;

/// <summary>What a call carries besides its messages.</summary>
/// <param name="Deadline">How long it may take; null for ever.</param>
/// <param name="Credentials">Who makes it, if not anybody.</param>
/// <param name="RequiresLeader">Whether a follower must refuse it.</param>
/// <param name="ConnectionName">A name for the server's diagnostics.</param>
internal sealed record CallOptions(TimeSpan? Deadline, UserCredentials? Credentials, bool RequiresLeader, string ConnectionName)
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
        [("m", TimeSpan.FromMilliseconds(1)), ("S", TimeSpan.FromSeconds(1)), ("M", TimeSpan.FromMinutes(1)), ("H", TimeSpan.FromHours(1))];

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

    // At most eight digits: the finest unit that has room, rounded up.
    private static string Timeout(TimeSpan deadline)
    {
        var (unit, length) = Array.Find(Units, unit => deadline / unit.Length < 99_999_999);
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)Math.Ceiling(deadline / length))}{unit}");
    }
}
