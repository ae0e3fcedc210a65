using System.Text;
using PbftReference.EventLog.Stores;

namespace PbftReference.Tests.EventLog.Stores;

/// <summary>Events whose id and bytes follow from a number, so that tests can name them again.</summary>
internal static class SampleEvents
{
    public static EventToAppend Event(int number) =>
        new(Id(number), "prepare-received/1", Encoding.UTF8.GetBytes($"{{\"n\":\"{number}\"}}"), Encoding.UTF8.GetBytes("{}"));

    public static IReadOnlyList<EventToAppend> Events(params int[] numbers) => [.. numbers.Select(Event)];

    public static IReadOnlyList<EventToAppend> Range(int first, int count) => [.. Enumerable.Range(first, count).Select(Event)];

    public static Guid Id(int number) => new(number, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]);

    public static StoredEvent Stored(string stream, long revision, int number)
    {
        var e = Event(number);
        return new StoredEvent(stream, revision, e.Id, e.Type, e.Data, e.Metadata);
    }

    public static long[] Revisions(this IEnumerable<StoredEvent> events) => [.. events.Select(e => e.Revision)];
}
