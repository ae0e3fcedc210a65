using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>Whatever the network, the clock and crashes do: one order, each request once, and all of them in the end.</summary>
public class RandomScheduleTests
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void After_any_trouble_all_replicas_execute_all_requests_once_in_one_order(int seed)
    {
        var schedule = new RandomSchedule(seed, RandomSchedule.Configuration(seed));

        schedule.Trouble(400);
        schedule.Recover();

        Assert.NotEmpty(schedule.Requests);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 60)];
}
