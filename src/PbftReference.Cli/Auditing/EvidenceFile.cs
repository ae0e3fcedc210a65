using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Audit.Accountability;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Cli.Auditing;

/// <summary>
/// A proof against one replica that stands alone (<c>pbft.evidence/1</c>): the genesis, the accused, the offence, and the signed statements that
/// prove it, as they went over the wire. Whoever has the genesis can check it, and trusts nobody. There is one way to write it, and a sum over all
/// of it, so that no byte can be changed.
/// </summary>
internal static class EvidenceFile
{
    private const string Schema = "pbft.evidence/1";

    /// <summary>The text of a proof.</summary>
    public static string Encode(Accusation accusation, AuditGenesis genesis) =>
        Sealed(Body(accusation.Accused, accusation.Offence, genesis.Text, Hex(accusation.First), Hex(accusation.Second)));

    /// <summary>The name of its file.</summary>
    public static string NameOf(Accusation accusation) => $"evidence-r{accusation.Accused}-{Commands.LogVerifyCommand.Words(accusation.Offence)}.json";

    /// <summary>The text of a file that is to be checked.</summary>
    /// <exception cref="CommandException">There is no such file, or it may not be read.</exception>
    public static string Read(string file)
    {
        if (Directory.Exists(file))
        {
            var held = Directory.GetFiles(file, "evidence-*.json").Order(StringComparer.Ordinal).FirstOrDefault();
            throw new CommandException(ExitCodes.Data, $"--check-evidence {file}: that is a directory; name one file that 'pbft audit --evidence' wrote{(held is null ? "" : $", such as {held}")}");
        }

        if (!File.Exists(file)) throw new CommandException(ExitCodes.Data, $"{file} does not exist: name a file that 'pbft audit --evidence' wrote");
        try
        {
            return File.ReadAllText(file);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Data, $"this user may not read {file}: check it as its owner, or have that one allow it (chmod +r {file})");
        }
    }

    /// <summary>Checks a proof.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="file">Its file, for messages.</param>
    /// <param name="trusted">The genesis that the reader trusts; null to take the one in the file.</param>
    /// <returns>What it proves.</returns>
    /// <exception cref="CommandException">It is not a proof: says why.</exception>
    public static (Accusation Accusation, Digest Genesis) Check(string text, string file, AuditGenesis? trusted)
    {
        try
        {
            return Check(text, trusted);
        }
        catch (CommandException e)
        {
            throw new CommandException(e.ExitCode, $"{file}: {e.Message}");
        }
    }

    private static (Accusation Accusation, Digest Genesis) Check(string text, AuditGenesis? trusted)
    {
        var json = Parse(text);
        if (Rebuilt(json) != text) throw Wrong("it is not written as such a file is: it was changed, or made by another program");
        using var genesis = GenesisIn(json);
        if (trusted is not null && trusted.Genesis.Digest != genesis.Genesis.Digest) throw Wrong("the genesis in it is another than the one that is named: it proves nothing about that cluster");
        var (first, second) = (Statement(json, "first"), Statement(json, "second"));
        var accused = new ReplicaId((int)json["accused"]!);
        if (first.Signer != accused) throw Wrong($"the first statement is signed by replica {first.Signer}, not by the accused, {accused}");
        var proved = new EvidenceSet(genesis.Genesis.Configuration, genesis.Verifier).Judge(first, second)
            ?? throw Wrong("a signature in it does not hold, or the statements prove no offence");
        if (Commands.LogVerifyCommand.Words(proved) != (string?)json["offence"]) throw Wrong($"the statements prove {Commands.LogVerifyCommand.Words(proved)}, not {json["offence"]}");
        return (new Accusation(accused, proved, first, second), genesis.Genesis.Digest);
    }

    private static JObject Body(ReplicaId accused, SpecOffence offence, string genesis, string first, string second) => new()
    {
        ["schema"] = Schema,
        ["accused"] = accused.Value,
        ["offence"] = Commands.LogVerifyCommand.Words(offence),
        ["first"] = first,
        ["second"] = second,
        ["genesis"] = genesis,
    };

    private static string Sealed(JObject body)
    {
        body["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body.ToString(Formatting.None))));
        return body.ToString(Formatting.Indented) + "\n";
    }

    // Written anew from the parts that count: whatever else stands in the file, or in another form, makes it another text.
    private static string Rebuilt(JObject json)
    {
        try
        {
            var offence = Enum.GetValues<SpecOffence>().Single(o => Commands.LogVerifyCommand.Words(o) == (string?)json["offence"]);
            return Sealed(Body(new ReplicaId((int)json["accused"]!), offence, (string)json["genesis"]!, (string)json["first"]!, (string)json["second"]!));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or InvalidCastException or OverflowException or NullReferenceException)
        {
            throw Wrong($"a field is missing or is not what it should be: {e.Message}");
        }
    }

    private static JObject Parse(string text)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None, MaxDepth = 4 };
            var json = JObject.Load(reader);
            return (string?)json["schema"] == Schema ? json : throw Wrong($"its schema is '{json["schema"]}', not {Schema}");
        }
        catch (JsonException e)
        {
            throw Wrong($"it is no JSON object: {e.Message.TrimEnd('.')}");
        }
    }

    private static AuditGenesis GenesisIn(JObject json)
    {
        try
        {
            return AuditGenesis.Of((string)json["genesis"]!, "the genesis in it");
        }
        catch (Exception e) when (e is EventLog.Codec.LogFormatException or CommandException or ArgumentException)
        {
            throw Wrong(e.Message.TrimEnd('.'));
        }
    }

    private static SignedStatement Statement(JObject json, string name)
    {
        try
        {
            var bytes = Convert.FromHexString((string)json[name]!);
            var (message, signature) = WireFormat.Decode(bytes);
            if (message is not ReplicaMessage statement || !WireFormat.Encode(message, signature).AsSpan().SequenceEqual(bytes)) throw Wrong($"the {name} statement is not in the one form that there is");
            return new SignedStatement(statement, signature);
        }
        catch (Exception e) when (e is FormatException or EventLog.Codec.LogFormatException or ArgumentException or InvalidOperationException)
        {
            throw Wrong($"the {name} statement cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    private static string Hex(SignedStatement said) => Convert.ToHexStringLower(WireFormat.Encode(said.Statement, said.Signature));

    private static CommandException Wrong(string why) => new(ExitCodes.Corrupt, $"this is no evidence: {why}");
}
