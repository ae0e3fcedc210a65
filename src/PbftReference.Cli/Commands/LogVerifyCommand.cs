using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Integrity;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft log verify</c>: whether the log is as its replicas wrote it.</summary>
internal static class LogVerifyCommand
{
    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var json = LogArguments.Json();
        var command = new Command("verify", "Whether the log is as its replicas wrote it: exit code 0 sound, 2 undetermined, 4 corrupt.") { json };
        place.AddTo(command);
        command.SetAction(parsed =>
        {
            using var log = RunLog.Open(place.Of(parsed));
            var report = LogIntegrity.Check(log.Store, log.Genesis.Cluster);
            if (parsed.GetValue(json)) terminal.Result.WriteLine(ToJson(report).ToString(Formatting.Indented));
            else Write(report, terminal);
            return report.Streams.IsEmpty ? ExitCodes.Unknown : report.ExitCode;
        });
        return command;
    }

    private static void Write(IntegrityReport report, Terminal terminal)
    {
        var rows = report.Streams.Select(s => new[] { s.Stream, Number(s.Records), Number(s.FirstRevision), Number(s.Head.Revision), s.Head.Hash.ToShortString() });
        foreach (var line in TextTable.Lines(["stream", "records", "first", "last", "chain head"], rows)) terminal.Result.WriteLine(line);
        terminal.Result.WriteLine();
        foreach (var finding in report.Findings)
        {
            var colour = finding.Verdict == IntegrityVerdict.Corrupt ? 31 : 33;
            terminal.Result.WriteLine(terminal.Paint($"{finding.Verdict.ToString().ToUpperInvariant()} {Words(finding.Kind)} in {finding.Stream} at #{finding.Revision}", colour));
            terminal.WriteWrapped(finding.Explanation, 2);
        }

        terminal.WriteWrapped(Summary(report));
    }

    private static string Summary(IntegrityReport report) => report.Streams.IsEmpty
        ? "unknown: there is no stream to check"
        : report.Verdict switch
        {
            IntegrityVerdict.Sound => $"sound: {report.Streams.Sum(s => s.Records)} records in {report.Streams.Length} streams, each hash holds, nothing contradicts them",
            IntegrityVerdict.Undetermined => $"undetermined: {Findings(report)}; none proves damage",
            _ => $"corrupt: {Findings(report)}. Keep a copy as evidence; see docs/log-format.md.",
        };

    private static string Findings(IntegrityReport report) => report.Findings.Length == 1 ? "1 finding" : $"{report.Findings.Length} findings";

    private static JObject ToJson(IntegrityReport report) => new()
    {
        ["schema"] = "pbft.log-verify/1",
        ["verdict"] = report.Streams.IsEmpty ? "unknown" : Words(report.Verdict),
        ["streams"] = new JArray(report.Streams.Select(s => new JObject
        {
            ["stream"] = s.Stream,
            ["records"] = Number(s.Records),
            ["firstRevision"] = Number(s.FirstRevision),
            ["lastRevision"] = Number(s.Head.Revision),
            ["chainHead"] = s.Head.Hash.IsNone ? null : s.Head.Hash.ToString(),
        })),
        ["findings"] = new JArray(report.Findings.Select(f => new JObject
        {
            ["stream"] = f.Stream,
            ["revision"] = Number(f.Revision),
            ["finding"] = Words(f.Kind),
            ["verdict"] = Words(f.Verdict),
            ["explanation"] = f.Explanation,
        })),
    };

    /// <summary>A name in words: FlippedBit is flipped-bit.</summary>
    internal static string Words<T>(T value)
        where T : struct, Enum => string.Concat(value.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
