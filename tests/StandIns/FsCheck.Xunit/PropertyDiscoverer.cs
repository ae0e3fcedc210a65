using Xunit.Abstractions;
using Xunit.Sdk;

namespace FsCheck.Xunit;

/// <summary>Finds the test case of a method with a <see cref="PropertyAttribute"/>; used by xunit.</summary>
/// <param name="messageSink">Where xunit's diagnostics go, or null.</param>
public class PropertyDiscoverer(IMessageSink? messageSink) : IXunitTestCaseDiscoverer
{
    /// <summary>Makes a discoverer without diagnostics.</summary>
    public PropertyDiscoverer()
        : this(null)
    {
    }

    /// <summary>Where xunit's diagnostics go, or null.</summary>
    public IMessageSink? MessageSink { get; } = messageSink;

    /// <inheritdoc/>
    IEnumerable<IXunitTestCase> IXunitTestCaseDiscoverer.Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
    [
        new PropertyTestCase(
            MessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod),
    ];
}
