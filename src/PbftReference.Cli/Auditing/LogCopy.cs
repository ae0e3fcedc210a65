using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Auditing;

/// <summary>Logs that were named and can be opened: all streams of a file, or of a cluster in a database.</summary>
/// <param name="Shown">Where they are, as it may be shown.</param>
/// <param name="Store">The streams.</param>
/// <param name="Streams">Their names.</param>
internal sealed record LogCopy(string Shown, IEventStore Store, IReadOnlyList<string> Streams);

/// <summary>What is to be said of a copy that was named: why it was left out, or what is wrong with it.</summary>
/// <param name="Place">The copy.</param>
/// <param name="Stream">The stream in it; null for all of it.</param>
/// <param name="Verdict">Corrupt if the copy is damaged; undetermined if something is missing by it; sound if nothing is, since a better one was taken.</param>
/// <param name="Explanation">What was seen, and how to go on.</param>
internal sealed record CopyFinding(string Place, string? Stream, IntegrityVerdict Verdict, string Explanation);

/// <summary>What is audited, and what is to be said of it.</summary>
/// <param name="Union">The best copy of each replica's log.</param>
/// <param name="Genesis">The cluster.</param>
/// <param name="Findings">What is wrong with copies that were named.</param>
internal sealed record AuditedLogs(LogUnion Union, AuditGenesis Genesis, IReadOnlyList<CopyFinding> Findings);
