using System.Collections.Immutable;
using Newtonsoft.Json.Linq;
using PbftReference.Core.Types;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Faults;

/// <summary>A plan of faults as JSON, such as a scenario carries (docs/simulation.md, Scenarios).</summary>
internal static class FaultJson
{
    private const int Million = 1_000_000;
    private static readonly ImmutableArray<string> Spells = ["loss", "duplication", "delay"];

    /// <summary>The plan, one object a fault.</summary>
    public static JArray Of(IEnumerable<Fault> plan) => new(plan.Select(Of));

    /// <summary>Reads a plan.</summary>
    /// <param name="json">The array.</param>
    /// <param name="replicas">n.</param>
    /// <exception cref="FormatException">It is not one: which fault is wrong, and how.</exception>
    public static ImmutableArray<Fault> Read(JToken json, int replicas)
    {
        if (json is not JArray array) throw new FormatException("faultPlan is no list");
        var plan = array.Select((token, i) => Read(token, i, replicas)).ToImmutableArray();
        for (var i = 1; i < plan.Length; i++) Require(plan[i].At >= plan[i - 1].At, i, $"it is at {plan[i].At} ms, before the one ahead of it; put them in the order of their times");
        return plan;
    }

    private static JObject Of(Fault fault) => fault switch
    {
        NetworkSpell f => Spell(f),
        NetworkPartition f => new JObject { ["at"] = f.At, ["fault"] = "partition", ["side"] = new JArray(f.Side.Select(id => id.Value)), ["for"] = f.Lasts },
        ReplicaCrash { AfterWrites: { } writes } f => new JObject { ["at"] = f.At, ["fault"] = "crash", ["replica"] = f.Replica.Value, ["afterWrites"] = writes, ["kept"] = f.Kept, ["down"] = f.Down },
        ReplicaCrash f => new JObject { ["at"] = f.At, ["fault"] = "crash", ["replica"] = f.Replica.Value, ["kept"] = f.Kept, ["down"] = f.Down },
        _ => throw new NotSupportedException($"there is no fault {fault.GetType().Name}"),
    };

    private static JObject Spell(NetworkSpell f)
    {
        var (json, c, healthy) = (new JObject { ["at"] = f.At, ["fault"] = f.Name }, f.Conditions, NetworkConditions.Healthy);
        if (c.Loss > 0) json["loss"] = c.Loss;
        if (c.Duplication > 0) json["duplication"] = c.Duplication;
        if (c.Straggling > 0) json["straggling"] = c.Straggling;
        if (c.DelayLow != healthy.DelayLow) json["delayLow"] = c.DelayLow;
        if (c.DelayHigh != healthy.DelayHigh) json["delayHigh"] = c.DelayHigh;
        json["for"] = f.Lasts;
        return json;
    }

    private static Fault Read(JToken token, int index, int replicas)
    {
        if (token is not JObject json) throw new FormatException($"fault {index + 1} of faultPlan is no object");
        var at = Number(json, index, "at", 0, long.MaxValue / Million);
        var name = (string?)json["fault"] ?? "";
        if (name == "partition") return new NetworkPartition(at, Side(json, index, replicas), Time(json, index, "for"));
        if (name == "crash") return Crash(json, index, at, replicas);
        Require(Spells.Contains(name), index, $"there is no fault '{name}'; there are {string.Join(", ", Spells)}, partition, crash");
        return new NetworkSpell(at, name, Conditions(json, index), Time(json, index, "for"));
    }

    private static ReplicaCrash Crash(JObject json, int index, long at, int replicas) => new(
        at,
        new ReplicaId((int)Number(json, index, "replica", 0, replicas - 1)),
        json["afterWrites"] is null ? null : (int)Number(json, index, "afterWrites", 0, int.MaxValue),
        (int)Number(json, index, "kept", 0, int.MaxValue, 0),
        Time(json, index, "down"));

    private static NetworkConditions Conditions(JObject json, int index)
    {
        var healthy = NetworkConditions.Healthy;
        var conditions = new NetworkConditions
        {
            Loss = (int)Number(json, index, "loss", 0, Million, 0),
            Duplication = (int)Number(json, index, "duplication", 0, Million, 0),
            Straggling = (int)Number(json, index, "straggling", 0, Million, 0),
            DelayLow = Number(json, index, "delayLow", 0, int.MaxValue, healthy.DelayLow),
            DelayHigh = Number(json, index, "delayHigh", 0, int.MaxValue, healthy.DelayHigh),
        };
        Require(conditions.DelayLow <= conditions.DelayHigh, index, $"delayLow is {conditions.DelayLow} and delayHigh {conditions.DelayHigh}");
        return conditions;
    }

    private static ImmutableArray<ReplicaId> Side(JObject json, int index, int replicas)
    {
        Require(json["side"] is JArray, index, "side is the list of the replicas of one side, such as [0, 2]");
        var ids = json["side"]!.Select(id => id is { Type: JTokenType.Integer } ? (long)id : -1).ToArray();
        Require(ids.All(id => id >= 0 && id < replicas), index, $"side names replicas, which are 0 to {replicas - 1}");
        return [.. ids.Select(id => new ReplicaId((int)id))];
    }

    private static long Time(JObject json, int index, string field) => Number(json, index, field, 1, int.MaxValue);

    private static long Number(JObject json, int index, string field, long low, long high, long? otherwise = null)
    {
        if (json[field] is null && otherwise is { } value) return value;
        var number = json[field] is { Type: JTokenType.Integer } token ? (long)token : -1;
        Require(number >= low && number <= high, index, $"{field} is a whole number, {low} to {high}");
        return number;
    }

    private static void Require(bool holds, int index, string message)
    {
        if (!holds) throw new FormatException($"fault {index + 1} of faultPlan: {message}");
    }
}
