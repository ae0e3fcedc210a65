using PbftReference.Core.Invariants;
using PbftReference.EventLog.Codec;

namespace PbftReference.Cli.Bisecting;

/// <summary>A question about a step: whether it holds after it.</summary>
internal abstract record Predicate
{
    /// <summary>Whether it holds.</summary>
    public abstract bool Holds(Moment moment);

    /// <summary>What it looked at, as "name = value"; empty for nothing worth a word.</summary>
    public abstract IEnumerable<string> Values(Moment moment);
}

/// <summary>Both.</summary>
internal sealed record And(Predicate Left, Predicate Right) : Predicate
{
    public override bool Holds(Moment moment) => Left.Holds(moment) && Right.Holds(moment);

    public override IEnumerable<string> Values(Moment moment) => Left.Values(moment).Concat(Right.Values(moment)).Distinct();
}

/// <summary>One or the other.</summary>
internal sealed record Or(Predicate Left, Predicate Right) : Predicate
{
    public override bool Holds(Moment moment) => Left.Holds(moment) || Right.Holds(moment);

    public override IEnumerable<string> Values(Moment moment) => Left.Values(moment).Concat(Right.Values(moment)).Distinct();
}

/// <summary>Not.</summary>
internal sealed record Not(Predicate Inner) : Predicate
{
    public override bool Holds(Moment moment) => !Inner.Holds(moment);

    public override IEnumerable<string> Values(Moment moment) => Inner.Values(moment);
}

/// <summary>A field of the state compared with a value. What has no such place does not compare.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Field">The field.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Value">With what, as the field's type reads it.</param>
internal sealed record Comparison(string Name, StateField Field, string Operator, string Value) : Predicate
{
    public override bool Holds(Moment moment)
    {
        if (Field.Value(moment.After) is not { } value) return false;
        var order = Field.Type.Compare(value, Value);
        return Operator switch
        {
            "==" or "=" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => throw new InvalidOperationException($"there is no operator {Operator}"),
        };
    }

    public override IEnumerable<string> Values(Moment moment) => [$"{Name} = {Field.Value(moment.After) ?? "not in the window"}"];
}

/// <summary>An event stands in the step, or the step is a refusal.</summary>
internal sealed record HasEvent(string Name) : Predicate
{
    public override bool Holds(Moment moment) => Name == "refused"
        ? moment.Step?.Refusal is not null
        : moment.Step?.Events.Any(change => Names.Events.Of(change.Kind) == Name) ?? false;

    public override IEnumerable<string> Values(Moment moment) => [];
}

/// <summary>An invariant of a correct replica's state does not hold.</summary>
internal sealed record InvariantBroken : Predicate
{
    public override bool Holds(Moment moment) => !StateInvariants.Check(moment.After).IsEmpty;

    public override IEnumerable<string> Values(Moment moment) => StateInvariants.Check(moment.After);
}

/// <summary>A replica decided another batch than one had before at the same place.</summary>
internal sealed record AgreementBroken : Predicate
{
    public override bool Holds(Moment moment) => moment.Disagreement is not null;

    public override IEnumerable<string> Values(Moment moment) => moment.Disagreement is { } d
        ? [$"place {d.Place}: decided {d.Digest.ToShortString()}, and replica {d.Other} had decided {d.OtherDigest.ToShortString()}"]
        : [];
}
