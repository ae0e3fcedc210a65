using System.Reflection;
using Xunit.Sdk;

namespace VerifyXunit;

/// <summary>
/// Tells <see cref="Verifier"/> which test is running. Stands on the test assembly: the real package's build files put it
/// there, the test project does when the stand-in is used. No source file names it.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class UseVerifyAttribute : BeforeAfterTestAttribute
{
    private static readonly AsyncLocal<MethodInfo?> Running = new();

    internal static MethodInfo? Current => Running.Value;

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest) => Running.Value = methodUnderTest;

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest) => Running.Value = null;
}
