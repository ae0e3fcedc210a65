namespace PbftReference.Runtime.Transport;

/// <summary>
/// How long to wait before a peer is called again: each time twice as long, up to a bound. Only a connection that stood for at least the
/// longest pause starts anew; a peer that takes calls and cuts them at once is not called without end.
/// </summary>
/// <param name="longest">The bound.</param>
internal sealed class Pauses(TimeSpan longest)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(20);

    private TimeSpan _next = First < longest ? First : longest;

    /// <summary>The next pause, not longer than the bound.</summary>
    /// <param name="stood">How long the last connection stood; zero if there was none.</param>
    /// <param name="spread">From 0 to 1, drawn anew each time, so that replicas that were started together do not call in step.</param>
    public TimeSpan Next(TimeSpan stood, double spread)
    {
        if (stood >= longest) _next = First < longest ? First : longest;
        var pause = _next;
        _next = pause * 2 < longest ? pause * 2 : longest;
        return pause * (0.5 + (spread / 2));
    }
}
