namespace PbftReference.Simulation.Faults;

/// <summary>Lets happen what a plan says, and nothing else.</summary>
internal static class FaultPlan
{
    /// <summary>Begins with the first fault that is not over yet.</summary>
    /// <param name="injector">Carries them out.</param>
    /// <param name="plan">The faults, in the order of their times.</param>
    /// <param name="now">Virtual milliseconds since the start; what is planned for earlier is left out.</param>
    public static void Begin(FaultInjector injector, IReadOnlyList<Fault> plan, long now) =>
        Next(injector, plan, Enumerable.Range(0, plan.Count).FirstOrDefault(i => plan[i].At >= now, plan.Count), now);

    // One after the other, as they were drawn: then what is due at the same moment comes in the same order.
    private static void Next(FaultInjector injector, IReadOnlyList<Fault> plan, int index, long now)
    {
        if (index == plan.Count) return;
        injector.After(plan[index].At - now, () =>
        {
            CarryOut(injector, plan[index]);
            Next(injector, plan, index + 1, plan[index].At);
        });
    }

    private static void CarryOut(FaultInjector injector, Fault fault)
    {
        switch (fault)
        {
            case NetworkSpell spell: injector.Begin(spell); break;
            case NetworkPartition partition: injector.Begin(partition); break;
            case ReplicaCrash crash: injector.Begin(crash, replica => crash with { Kept = Math.Min(crash.Kept, replica.Unwritten) }); break;
            default: throw new NotSupportedException($"there is no fault {fault.GetType().Name}");
        }
    }
}
