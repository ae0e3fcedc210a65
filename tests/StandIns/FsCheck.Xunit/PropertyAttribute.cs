using Xunit;
using Xunit.Sdk;

namespace FsCheck.Xunit;

/// <summary>
/// Runs a test method as a property: its parameters are generated, by default for a hundred runs of growing size, and a
/// counterexample is shrunk. Stand-in for the attribute of the same name in the FsCheck.Xunit package (3.6.0).
/// </summary>
/// <remarks>
/// The method may return nothing (it fails by an exception), a bool, a <c>Property</c>, or a task of these. What is not set here
/// comes from a <see cref="PropertiesAttribute"/> on the class, on the classes around it or on the assembly, and then from
/// <c>Config.Default</c>. Without <see cref="Replay"/> each run has a new seed, which a failure reports.
/// </remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
[XunitTestCaseDiscoverer("FsCheck.Xunit.PropertyDiscoverer", "FsCheck.Xunit")]
public class PropertyAttribute : FactAttribute
{
    internal PropertySettings Settings { get; } = new();

    /// <summary>
    /// The seed to start from: <c>(seed,gamma)</c> as a failure reports it for the whole run, or <c>(seed,gamma,size)</c> for its
    /// last step alone. The parentheses may be left out. Null or empty for a new seed.
    /// </summary>
    public string? Replay
    {
        get => Settings.Replay;
        set => Settings.Replay = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>How many threads evaluate the property, at least 1; -1 if not set, which means none but the test's own.</summary>
    public int Parallelism
    {
        get => Settings.Parallelism ?? -1;
        set => Settings.Parallelism = value;
    }

    /// <summary>How many runs make a success; -1 if not set, which means 100.</summary>
    public int MaxTest
    {
        get => Settings.MaxTest ?? -1;
        set => Settings.MaxTest = value;
    }

    /// <summary>How many generated values may be rejected by a condition before the property fails as exhausted; -1 if not set.</summary>
    public int MaxRejected
    {
        get => Settings.MaxRejected ?? -1;
        set => Settings.MaxRejected = value;
    }

    /// <summary>The size from which the values grow, run by run; -1 if not set, which means 1.</summary>
    public int StartSize
    {
        get => Settings.StartSize ?? -1;
        set => Settings.StartSize = value;
    }

    /// <summary>The size to which the values grow, evenly, until the last run; -1 if not set, which means 100.</summary>
    public int EndSize
    {
        get => Settings.EndSize ?? -1;
        set => Settings.EndSize = value;
    }

    /// <summary>Whether every generated value and every shrink is written to the test's output.</summary>
    public bool Verbose
    {
        get => Settings.Verbose ?? false;
        set => Settings.Verbose = value;
    }

    /// <summary>Whether a success writes nothing to the test's output.</summary>
    public bool QuietOnSuccess
    {
        get => Settings.QuietOnSuccess ?? false;
        set => Settings.QuietOnSuccess = value;
    }

    /// <summary>
    /// Types whose public static members return the <c>Arbitrary</c> of the types they generate. They come before FsCheck's own
    /// and those of the class and assembly; of two for one type in the same array, the first is used.
    /// </summary>
#pragma warning disable CA1819 // an attribute's argument can only be an array
    public Type[] Arbitrary
    {
        get => Settings.Arbitrary;
        set => Settings.Arbitrary = value ?? [];
    }
#pragma warning restore CA1819
}

/// <summary>Sets what the properties of a class or of an assembly have in common.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Assembly)]
public class PropertiesAttribute : PropertyAttribute
{
}
