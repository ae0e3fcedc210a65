using System.Collections.Immutable;
using System.Globalization;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// Steps as records of the log: <c>{"input":{...},"events":[...],"refusal":"..."}</c> under a type that names the input and the version.
/// The same step gives the same bytes, and a record that this wrote is read and written again byte for byte. See docs/event-catalogue.md.
/// </summary>
public static class StepCodec
{
    private static readonly Dictionary<string, Func<LogJsonReader, Input>> InputReaders = AllInputReaders();

    /// <summary>The types with their versions that are read, in order: those that are written now, and all that ever were.</summary>
    public static IReadOnlyList<string> Readable => [.. InputReaders.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The record of a step. Its effects are not part of it.</summary>
    public static EncodedRecord Encode(Step step) => new(Names.RecordTypeOf(step.Input), LogJsonWriter.Encode(step, Write));

    /// <summary>Reads a step. It has no effects.</summary>
    /// <param name="type">The record's type with its version.</param>
    /// <param name="data">The record's data.</param>
    /// <exception cref="UnknownRecordTypeException">The type or its version is unknown; names it, and what is known.</exception>
    /// <exception cref="LogFormatException">The data does not have its format; names the type, the field and the position.</exception>
    public static Step Decode(string type, ReadOnlyMemory<byte> data) => LogJsonReader.Decode(type, data, ReaderOf(type));

    /// <summary>Reads a step of a type.</summary>
    internal static Func<LogJsonReader, Step> ReaderOf(string type)
    {
        var readInput = InputReaders.TryGetValue(type, out var known) ? known : throw UnknownType(type);
        return json => Read(json, readInput);
    }

    private static void Write(LogJsonWriter json, Step step)
    {
        json.BeginObject();
        InputJson.Write(json, "input", step.Input);
        json.BeginArray("events");
        foreach (var change in step.Events) EventJson.Write(json, change, step.Input);
        json.EndArray();
        if (step.Refusal is { } refusal) json.Text("refusal", Names.Refusals.Of(refusal));
        json.EndObject();
    }

    private static Step Read(LogJsonReader json, Func<LogJsonReader, Input> readInput)
    {
        json.BeginObject();
        json.Field("input");
        var input = readInput(json);
        var events = ImmutableArray.CreateBuilder<ReplicaEvent>();
        json.BeginArray("events");
        while (json.More()) events.Add(EventJson.Read(json, input));
        Refusal? refusal = json.TryField("refusal") ? json.Name(Names.Refusals) : null;
        json.EndObject();
        return new Step(input, events.DrainToImmutable(), refusal, []);
    }

    // One reader a type and version: a later version adds its own beside these, and these stay.
    private static Dictionary<string, Func<LogJsonReader, Input>> AllInputReaders()
    {
        var readers = new Dictionary<string, Func<LogJsonReader, Input>>(StringComparer.Ordinal);
        foreach (var kind in Enum.GetValues<MessageKind>()) readers.Add(Names.RecordTypeOf(kind), json => InputJson.ReadMessage(json, kind));
        foreach (var kind in Enum.GetValues<InputKind>())
        {
            if (kind != InputKind.MessageReceived) readers.Add(Names.RecordTypeOf(kind), json => InputJson.Read(json, kind));
        }

        return readers;
    }

    private static UnknownRecordTypeException UnknownType(string type)
    {
        var slash = type.LastIndexOf('/');
        var name = slash < 0 ? type : type[..slash];
        var versions = InputReaders.Keys.Where(known => known.StartsWith(name + "/", StringComparison.Ordinal)).Select(known => known[(name.Length + 1)..]);
        var known = string.Join(", ", versions);
        return new UnknownRecordTypeException(known.Length == 0
            ? $"{type}: not the record type of a step; known are {string.Join(", ", Names.RecordTypes)}"
            : string.Create(CultureInfo.InvariantCulture, $"{type}: this version of {name} is unknown; known are: {known}"));
    }
}
