using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json.Linq;

namespace PbftReference.EventLog.Stores;

/// <summary>
/// The names of all streams that this program writes in a database, in a stream of their own: the database lists streams only by
/// reading everything it holds. A name is entered before the stream's first event, so that no stream is ever missing from it.
/// </summary>
/// <param name="append">Appends to a stream.</param>
/// <param name="read">Reads a stream from a revision on.</param>
internal sealed class EventStoreDbCatalogue(Action<string, ExpectedRevision, EventToAppend> append, Func<string, long, IEnumerable<StoredEvent>> read)
{
    /// <summary>The catalogue's own stream.</summary>
    internal const string Stream = "pbft-streams";

    private const string Named = "stream-named/1";

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private long _last = -1;

    /// <summary>The names that are entered, those of streams without events among them.</summary>
    internal IReadOnlyCollection<string> Names()
    {
        Refresh();
        return _names;
    }

    /// <summary>Enters a stream, if it is not.</summary>
    internal void Enter(string stream)
    {
        if (_names.Contains(stream)) return;
        while (true)
        {
            Refresh();
            if (_names.Contains(stream)) return;
            try
            {
                append(Stream, _last, EntryOf(stream));
            }
            catch (WrongExpectedRevisionException)
            {
                // another writer entered a stream of its own: look, and enter behind it
            }
        }
    }

    private void Refresh()
    {
        foreach (var item in read(Stream, _last + 1))
        {
            _last = item.Revision;
            if (item.Type == Named && (string?)JObject.Parse(Encoding.UTF8.GetString(item.Data.Span))["stream"] is { } name) _names.Add(name);
        }
    }

    private static EventToAppend EntryOf(string stream)
    {
        var data = Encoding.UTF8.GetBytes(new JObject { ["stream"] = stream }.ToString(Newtonsoft.Json.Formatting.None));
        return new EventToAppend(new Guid(SHA256.HashData(data).AsSpan(0, 16)), Named, data, default);
    }
}
