namespace PbftReference.TestServer.Faults;

/// <summary>An append that is about to be written, as a fault's condition sees it.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="EventIds">The ids of its events, in order.</param>
/// <param name="IsBatch">Whether it came by BatchAppend.</param>
public sealed record AppendCall(string Stream, IReadOnlyList<Guid> EventIds, bool IsBatch);

/// <summary>A read that is about to begin, as a fault's condition sees it.</summary>
/// <param name="Stream">Its stream; "$all" for all.</param>
/// <param name="IsSubscription">Whether it goes on with live events.</param>
/// <param name="IsBackwards">Whether it goes downwards.</param>
public sealed record ReadCall(string Stream, bool IsSubscription, bool IsBackwards);
