#pragma warning disable CA1032, CA1064 // made only by the runner, from a test result

namespace FsCheck.Xunit;

/// <summary>A property that was falsified or exhausted: the counterexample, original and shrunk, and the seed to replay it.</summary>
public class PropertyFailedException : Exception
{
    /// <summary>Reports a result that has no exception of its own.</summary>
    /// <param name="testResult">The result of the run.</param>
    public PropertyFailedException(TestResult testResult)
        : base(Environment.NewLine + Runner.onFinishedToString("", testResult))
    {
    }

    /// <summary>Reports a failure by an exception.</summary>
    /// <param name="userMessage">The report.</param>
    /// <param name="innerException">What the property threw.</param>
    public PropertyFailedException(string userMessage, Exception innerException)
        : base(userMessage, innerException)
    {
    }
}
