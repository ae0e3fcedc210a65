using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace PbftReference.Tests.StandIns;

/// <summary>What the project relies on of the FsCheck.Xunit package; holds for the package and for its stand-in.</summary>
public partial class PropertyTests
{
    [Property]
    public bool A_method_may_return_a_bool(int a, int b) => a + b == b + a;

    [Property]
    public void A_method_may_return_nothing(int[] values) => Assert.Equal(values.Length, values.Reverse().Count());

    [Property]
    public FsCheck.Property A_method_may_return_a_property(int a) => (a * 2 / 2 == a).When(Math.Abs(a) < 1000);

    [Property]
    public async Task A_method_may_return_a_task(byte a)
    {
        await Task.Yield();
        Assert.InRange(a, 0, 255);
    }

    [Property(Arbitrary = [typeof(EvenNumbers)])]
    public bool A_method_may_have_generators_of_its_own(int even) => even % 2 == 0;

    [Property(DisplayName = "A property may have a name to show")]
    public bool A_property_may_have_a_name(int a) => a == 0 || a != 0;

    [Fact]
    public async Task A_passing_property_runs_MaxTest_times_and_says_so()
    {
        Cases.Seen.Clear();

        var passed = Assert.IsType<TestPassed>(await Run(nameof(Cases.Runs_seven_times)));

        Assert.Equal(7, Cases.Seen.Count);
        Assert.Contains("7 tests", passed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quiet_property_says_nothing()
    {
        var passed = Assert.IsType<TestPassed>(await Run(nameof(Cases.Passes_quietly)));

        Assert.Equal("", passed.Output.Trim());
    }

    [Fact]
    public async Task A_verbose_property_shows_what_it_was_given()
    {
        var passed = Assert.IsType<TestPassed>(await Run(nameof(Cases.Passes_verbosely)));

        Assert.Contains("2:", passed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_falsified_property_fails_with_the_shrunk_counterexample_and_the_seed()
    {
        var failed = Assert.IsType<TestFailed>(await Run(nameof(Cases.Is_false_from_ten)));

        Assert.EndsWith("PropertyFailedException", failed.ExceptionTypes[0], StringComparison.Ordinal);
        Assert.Contains("Falsifiable", failed.Messages[0], StringComparison.Ordinal);
        Assert.Matches(Shrunk(), failed.Messages[0]);
        Assert.Matches(Seed(), failed.Messages[0]);
    }

    [Fact]
    public async Task The_reported_seed_and_size_of_the_last_step_replay_the_counterexample()
    {
        Cases.Seen.Clear();

        var failed = Assert.IsType<TestFailed>(await Run(nameof(Cases.Replays_one_step)));

        Assert.Single(Cases.Seen.Distinct());
        Assert.Contains("after 1 test", failed.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_fails_the_property_and_is_reported_with_the_counterexample()
    {
        var failed = Assert.IsType<TestFailed>(await Run(nameof(Cases.Throws)));

        Assert.Contains("Falsifiable", failed.Messages[0], StringComparison.Ordinal);
        Assert.Contains(failed.Messages, message => message.Contains("no such luck", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_task_that_fails_fails_the_property()
    {
        var failed = Assert.IsType<TestFailed>(await Run(nameof(Cases.Fails_later)));

        Assert.Contains("Falsifiable", failed.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_property_that_rejects_everything_fails_as_exhausted()
    {
        var failed = Assert.IsType<TestFailed>(await Run(nameof(Cases.Rejects_everything)));

        Assert.Contains("exhausted", failed.Messages[0], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_values()
    {
        Cases.Seen.Clear();
        await Run(nameof(Cases.Starts_from_a_seed));
        var first = Cases.Seen.ToList();
        Cases.Seen.Clear();

        await Run(nameof(Cases.Starts_from_a_seed));

        Assert.Equal(20, first.Count);
        Assert.True(first.Distinct().Count() > 5);
        Assert.Equal(first, Cases.Seen);
    }

    [Fact]
    public async Task A_seed_that_is_none_fails_the_test() =>
        Assert.IsType<TestFailed>(await Run(nameof(Cases.Starts_from_no_seed)));

    [Fact]
    public async Task What_a_method_does_not_set_comes_from_its_class()
    {
        Cases.Seen.Clear();

        Assert.IsType<TestPassed>(await Run(nameof(Cases.Takes_the_settings_of_the_class)));

        Assert.Equal(13, Cases.Seen.Count);
        Assert.All(Cases.Seen, value => Assert.Equal(0, value % 2));
    }

    [Fact]
    public async Task Sizes_grow_from_the_first_to_the_last()
    {
        Cases.Seen.Clear();

        Assert.IsType<TestPassed>(await Run(nameof(Cases.Grows)));

        Assert.InRange(Cases.Seen[0], 3, 6);
        Assert.InRange(Cases.Seen[^1], 29, 30);
        Assert.Equal(Cases.Seen.Order(), Cases.Seen);
    }

    [GeneratedRegex(@"Shrunk:\s+10L\s")]
    private static partial Regex Shrunk();

    [GeneratedRegex(@"\(\d+,\d+\)")]
    private static partial Regex Seed();

    // Runs one of the cases below as xunit would, and returns its outcome.
    private static async Task<TestResultMessage> Run(string method)
    {
        var assembly = new TestAssembly(Reflector.Wrap(typeof(Cases).Assembly));
        var collection = new TestCollection(assembly, null, "cases");
        var type = new TestClass(collection, Reflector.Wrap(typeof(Cases)));
        var testMethod = new TestMethod(type, Reflector.Wrap(typeof(Cases).GetMethod(method)!));
        var attribute = testMethod.Method.GetCustomAttributes(typeof(PropertyAttribute)).Single();
        IXunitTestCaseDiscoverer discoverer = new PropertyDiscoverer();
        var testCase = discoverer.Discover(new NoOptions(), testMethod, attribute).Single();
        using var bus = new RecordingBus();
        using var cancellation = new CancellationTokenSource();
        var summary = await testCase.RunAsync(new NullMessageSink(), bus, [], new ExceptionAggregator(), cancellation);
        var outcome = Assert.Single(bus.Messages.OfType<TestResultMessage>());
        Assert.Equal(1, summary.Total);
        Assert.Equal(outcome is TestFailed ? 1 : 0, summary.Failed);
        return outcome;
    }

    public static class EvenNumbers
    {
        public static Arbitrary<int> Even() => ArbMap.Default.ArbFor<int>().Filter(value => value % 2 == 0);
    }

    public static class Sizes
    {
        public static Arbitrary<int> Size() => Gen.Sized(Gen.Constant).ToArbitrary();
    }

#pragma warning disable xUnit1000 // not public, so that only the tests above run them
    [Properties(MaxTest = 13, Arbitrary = [typeof(EvenNumbers)])]
    private sealed class Cases
    {
        public static List<int> Seen { get; } = [];

        [Property(MaxTest = 7)]
        public void Runs_seven_times(int value) => Seen.Add(value);

        [Property(QuietOnSuccess = true)]
        public bool Passes_quietly(int value) => value % 2 == 0;

        [Property(MaxTest = 5, Verbose = true)]
        public bool Passes_verbosely(int value) => value % 2 == 0;

        [Property(Replay = "(2024,7)", StartSize = 50)]
        public bool Is_false_from_ten(long value) => value < 10;

        [Property]
        public void Throws(int value) => throw new InvalidOperationException($"no such luck with {value}");

        [Property]
        public async Task Fails_later(int value)
        {
            await Task.Yield();
            Assert.NotEqual(value, value);
        }

        [Property(MaxRejected = 10)]
        public FsCheck.Property Rejects_everything(int value) => true.When(value % 2 == 1);

        [Property(Replay = "(123456789,11)", MaxTest = 20)]
        public void Starts_from_a_seed(int value) => Seen.Add(value);

        [Property(Replay = "(123456789,11,40)", Arbitrary = [typeof(Sizes)])]
        public bool Replays_one_step(int size)
        {
            Seen.Add(size);
            return false;
        }

        [Property(Replay = "yesterday")]
        public bool Starts_from_no_seed(int value) => value % 2 == 0;

        [Property]
        public void Takes_the_settings_of_the_class(int value) => Seen.Add(value);

        [Property(StartSize = 3, EndSize = 30, MaxTest = 10, Arbitrary = [typeof(Sizes)])]
        public void Grows(int size) => Seen.Add(size);
    }
#pragma warning restore xUnit1000

    private sealed class NoOptions : ITestFrameworkDiscoveryOptions
    {
        public TValue GetValue<TValue>(string name) => default!;

        public void SetValue<TValue>(string name, TValue value)
        {
        }
    }

    private sealed class RecordingBus : IMessageBus
    {
        public List<IMessageSinkMessage> Messages { get; } = [];

        public bool QueueMessage(IMessageSinkMessage message)
        {
            Messages.Add(message);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
