using PbftReference.Core.Inputs;
using PbftReference.Host.Events;

namespace PbftReference.Host.Replicas;

/// <summary>Bytes came in from the network.</summary>
/// <param name="Frame">One message in wire format.</param>
public sealed record FrameArrived(byte[] Frame) : HostEvent;

/// <summary>Something else came in: a timer, the service, a start.</summary>
/// <param name="Input">The input.</param>
public sealed record InputArrived(Input Input) : HostEvent;
