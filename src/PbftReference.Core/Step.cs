using System.Collections.Immutable;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Rules;

namespace PbftReference.Core;

/// <summary>One decision: an input and what followed from it. A step with events is one record of the log.</summary>
/// <param name="Input">What came in.</param>
/// <param name="Events">What was decided, in order.</param>
/// <param name="Refusal">Why the input was refused, if it was.</param>
/// <param name="Effects">What is to be done, in order; messages leave once the step is durable. Not part of the record: it follows from it.</param>
public sealed record Step(Input Input, ImmutableArray<ReplicaEvent> Events, Refusal? Refusal, ImmutableArray<Effect> Effects);
