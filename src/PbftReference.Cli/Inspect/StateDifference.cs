using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Core.State;
using PbftReference.EventLog.Codec;

namespace PbftReference.Cli.Inspect;

/// <summary>A part of a state that differs.</summary>
/// <param name="Path">Where: field names, and in brackets what tells an item of a list from its neighbours, as in <c>window[17].phase</c>.</param>
/// <param name="From">The part in the first state; null where it has none.</param>
/// <param name="To">The part in the second state; null where it has none.</param>
internal sealed record StateChange(string Path, JToken? From, JToken? To);

/// <summary>What differs between two states, on their JSON, so that nothing of a state can be forgotten.</summary>
internal static class StateDifference
{
    // What tells the items of the lists of a state apart, the first that an item has.
    private static readonly string[] Keys = ["sequenceNumber", "at", "client", "digest", "timestamp", "arrival", "replica"];

    /// <summary>A state as a JSON tree.</summary>
    public static JObject Tree(ReplicaState state)
    {
        using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(StateCodec.Encode(state)))) { DateParseHandling = DateParseHandling.None };
        return JObject.Load(reader);
    }

    /// <summary>What differs, in the order of the fields.</summary>
    public static IReadOnlyList<StateChange> Between(ReplicaState from, ReplicaState to)
    {
        var changes = new List<StateChange>();
        Compare("", Tree(from), Tree(to), changes);
        return changes;
    }

    private static void Compare(string path, JToken? from, JToken? to, List<StateChange> changes)
    {
        if (JToken.DeepEquals(from, to)) return;
        if (from is JObject a && to is JObject b)
        {
            foreach (var name in NamesOf(a, b)) Compare(path.Length == 0 ? name : $"{path}.{name}", a[name], b[name], changes);
        }
        else if (from is JArray x && to is JArray y && TryIndex(x, out var before) && TryIndex(y, out var after))
        {
            foreach (var key in before.Keys.Concat(after.Keys.Where(key => !before.ContainsKey(key))))
            {
                Compare($"{path}[{key}]", before.GetValueOrDefault(key), after.GetValueOrDefault(key), changes);
            }
        }
        else
        {
            changes.Add(new StateChange(path, from, to));
        }
    }

    private static IEnumerable<string> NamesOf(JObject one, JObject other) =>
        one.Properties().Select(p => p.Name).Concat(other.Properties().Select(p => p.Name)).Distinct();

    private static bool TryIndex(JArray items, out Dictionary<string, JToken> byKey)
    {
        byKey = new Dictionary<string, JToken>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (KeyOf(item) is not { } key || !byKey.TryAdd(key, item)) return false;
        }

        return true;
    }

    private static string? KeyOf(JToken item)
    {
        if (item is not JObject fields) return null;
        // a client has several requests
        if (fields["client"] is JValue client && fields["timestamp"] is JValue timestamp) return $"c{client}:{timestamp}";
        var name = Keys.FirstOrDefault(key => fields[key] is JValue { Value: not null });
        if (name is null) return null;
        // two replicas sign for one checkpoint
        return name == "sequenceNumber" && fields["replica"] is JValue replica ? $"{fields[name]} r{replica}" : fields[name]!.ToString();
    }
}
