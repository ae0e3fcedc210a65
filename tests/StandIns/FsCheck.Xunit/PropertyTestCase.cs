using System.Reflection;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FsCheck.Xunit;

/// <summary>One property as a test of xunit 2: one test, whatever the number of runs, on one instance of its class.</summary>
public class PropertyTestCase : XunitTestCase
{
    /// <summary>Called by xunit when it reads a test case that it has written.</summary>
    [Obsolete("Called by the de-serializer; should only be called by deriving classes for de-serialization purposes")]
    public PropertyTestCase()
    {
    }

    /// <summary>Makes the test case of a method.</summary>
    /// <param name="diagnosticMessageSink">Where xunit's diagnostics go, or null.</param>
    /// <param name="defaultMethodDisplay">Whether the default name shows the class.</param>
    /// <param name="defaultMethodDisplayOptions">How the default name is written.</param>
    /// <param name="testMethod">The method with the <see cref="PropertyAttribute"/>.</param>
    public PropertyTestCase(
        IMessageSink? diagnosticMessageSink,
        TestMethodDisplay defaultMethodDisplay,
        TestMethodDisplayOptions defaultMethodDisplayOptions,
        ITestMethod testMethod)
        : base(diagnosticMessageSink, defaultMethodDisplay, defaultMethodDisplayOptions, testMethod)
    {
    }

    /// <inheritdoc/>
    public override async Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink,
        IMessageBus messageBus,
        object[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource)
    {
        var test = new XunitTest(this, DisplayName);
        var summary = new RunSummary { Total = 1 };

        void Say(IMessageSinkMessage message)
        {
            if (!messageBus.QueueMessage(message))
            {
                cancellationTokenSource.Cancel();
            }
        }

        Say(new TestCaseStarting(this));
        Say(new TestStarting(test));
        var outcome = string.IsNullOrEmpty(SkipReason)
            ? await Task.Run(() => RunProperty(test, messageBus, constructorArguments, cancellationTokenSource)).ConfigureAwait(false)
            : new TestSkipped(test, SkipReason);
        summary.Failed = outcome is TestFailed ? 1 : 0;
        summary.Skipped = outcome is TestSkipped ? 1 : 0;
        summary.Time = outcome.ExecutionTime;
        Say(outcome);
        Say(new TestFinished(test, summary.Time, outcome.Output));
        Say(new TestCaseFinished(this, summary.Time, summary.Total, summary.Failed, summary.Skipped));
        return summary;
    }

    private TestResultMessage RunProperty(
        XunitTest test, IMessageBus messageBus, object[] constructorArguments, CancellationTokenSource cancellationTokenSource)
    {
        var output = constructorArguments.OfType<TestOutputHelper>().FirstOrDefault() ?? new TestOutputHelper();
        var timer = new ExecutionTimer();
        Exception? failure;
        output.Initialize(messageBus, test);
        try
        {
            var runner = new ResultRunner(output);
            var config = Settings().ToConfig(runner);
            var instance = TestMethod.Method.IsStatic
                ? null
                : test.CreateTestClass(TestMethod.TestClass.Class.ToRuntimeType(), constructorArguments, messageBus, timer, cancellationTokenSource);
            try
            {
                timer.Aggregate(() => Check.Method(config, TestMethod.Method.ToRuntimeMethod(), Optional(instance)));
            }
            finally
            {
                (instance as IDisposable)?.Dispose();
            }

            failure = Failure(runner.Result, output);
        }
#pragma warning disable CA1031 // whatever goes wrong is the test's failure
        catch (Exception thrown)
        {
            failure = thrown;
        }
#pragma warning restore CA1031

        var written = output.Output;
        output.Uninitialize();
        return failure is null
            ? new TestPassed(test, timer.Total, written)
            : new TestFailed(test, timer.Total, written, failure);
    }

    private static Exception? Failure(TestResult? result, TestOutputHelper output)
    {
        switch (result)
        {
            case TestResult.Passed:
                output.WriteLine(Runner.onFinishedToString("", result));
                return null;
            case TestResult.Failed { Item4: Outcome.Failed thrown } failed:
                var report = Runner.onFailureToString(
                    "", failed.Item1, failed.Item2, failed.Item3, failed.Item5, failed.Item6, failed.Item7);
                return new PropertyFailedException(Environment.NewLine + report, thrown.Item);
            case null:
                return new InvalidOperationException("FsCheck ended without a result.");
            default:
                return new PropertyFailedException(result);
        }
    }

    private PropertySettings Settings()
    {
        var type = TestMethod.TestClass.Class.ToRuntimeType();
        var settings = TestMethod.Method.ToRuntimeMethod().GetCustomAttribute<PropertyAttribute>()?.Settings ?? new PropertySettings();
        for (var current = type; current is not null; current = current.DeclaringType)
        {
            settings = WithinAttribute(settings, current.GetCustomAttribute<PropertiesAttribute>());
        }

        return WithinAttribute(settings, type.Assembly.GetCustomAttribute<PropertiesAttribute>());
    }

    private static PropertySettings WithinAttribute(PropertySettings settings, PropertiesAttribute? attribute) =>
        attribute is null ? settings : settings.Within(attribute.Settings);

    private static FSharpOption<object>? Optional(object? instance) =>
        instance is null ? null : FSharpOption<object>.Some(instance);
}
