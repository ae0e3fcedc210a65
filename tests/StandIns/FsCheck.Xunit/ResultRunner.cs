using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Xunit.Sdk;

namespace FsCheck.Xunit;

// Keeps FsCheck's result for the test case to report, and passes on to the test's output what the settings want written.
internal sealed class ResultRunner(TestOutputHelper output) : IRunner
{
    public TestResult? Result { get; private set; }

    public void OnStartFixture(Type fixture)
    {
    }

    public void OnArguments(
        int test, FSharpList<object> arguments, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every) =>
        Write(every.Invoke(test).Invoke(arguments));

    public void OnShrink(FSharpList<object> arguments, FSharpFunc<FSharpList<object>, string> everyShrink) =>
        Write(everyShrink.Invoke(arguments));

    public void OnFinished(string name, TestResult result) => Result = result;

    private void Write(string text)
    {
        if (text.Length > 0)
        {
            output.WriteLine(text.TrimEnd('\n'));
        }
    }
}
