using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace PbftReference.Tests.Architecture;

/// <summary>The real packages stand behind one property, and their stand-ins behind its default.</summary>
public class PackageTests
{
    private const string Core = "src/PbftReference.Core/PbftReference.Core.csproj";
    private const string EventLog = "src/PbftReference.EventLog/PbftReference.EventLog.csproj";
    private const string Tests = "tests/PbftReference.Tests/PbftReference.Tests.csproj";

    [Theory]
    [InlineData(Core, "Stateless", "5.18.0")]
    [InlineData(EventLog, "EventStore.Client.Grpc.Streams", "23.3.8")]
    [InlineData(Tests, "EventStore.Client.Grpc.Streams", "23.3.8")]
    [InlineData(Tests, "FsCheck.Xunit", "3.6.0")]
    [InlineData(Tests, "Verify.Xunit", "30.0.0")]
    public async Task With_UpstreamPackages_a_project_references_the_package_at_a_central_version(
        string project, string package, string version)
    {
        var items = await Items(project, upstreamPackages: true);

        Assert.Contains(package, items.Packages);
        Assert.DoesNotContain(items.Projects, reference => IsStandIn(reference, package));
        Assert.Equal(version, items.Versions[package]);
    }

    [Theory]
    [InlineData(Core, "Stateless")]
    [InlineData(EventLog, "EventStore.Client.Grpc.Streams")]
    [InlineData(Tests, "EventStore.Client.Grpc.Streams")]
    [InlineData(Tests, "FsCheck.Xunit")]
    [InlineData(Tests, "Verify.Xunit")]
    public async Task Without_it_the_project_references_the_stand_in_and_not_the_package(string project, string package)
    {
        var items = await Items(project, upstreamPackages: false);

        Assert.DoesNotContain(package, items.Packages);
        var standIn = Assert.Single(items.Projects, reference => IsStandIn(reference, package));
        Assert.True(File.Exists(Path.Combine(RepositoryRoot.Path, Path.GetDirectoryName(project)!, standIn)), standIn);
    }

    [Theory]
    [InlineData(Core, true)]
    [InlineData(Core, false)]
    [InlineData(EventLog, true)]
    [InlineData(EventLog, false)]
    [InlineData(Tests, true)]
    [InlineData(Tests, false)]
    public async Task Every_referenced_package_has_a_central_version(string project, bool upstreamPackages)
    {
        var items = await Items(project, upstreamPackages);

        Assert.NotEmpty(items.Packages);
        Assert.All(items.Packages, package => Assert.True(items.Versions.ContainsKey(package), package));
    }

    private static bool IsStandIn(string reference, string package) =>
        reference.Replace('\\', '/').EndsWith($"/StandIns/{package}/{package}.csproj", StringComparison.Ordinal);

    private static async Task<ProjectItems> Items(string project, bool upstreamPackages)
    {
        using var items = JsonDocument.Parse(await Evaluate(project, upstreamPackages));
        var byKind = items.RootElement.GetProperty("Items");
        return new ProjectItems(
            [.. byKind.GetProperty("PackageReference").EnumerateArray().Where(IsOurs).Select(Identity)],
            [.. byKind.GetProperty("ProjectReference").EnumerateArray().Select(Identity)],
            byKind.GetProperty("PackageVersion").EnumerateArray().ToDictionary(Identity, item => item.GetProperty("Version").GetString()!));
    }

    private static string Identity(JsonElement item) => item.GetProperty("Identity").GetString()!;

    // The SDK adds references of its own, which carry their versions.
    private static bool IsOurs(JsonElement item) =>
        !item.TryGetProperty("IsImplicitlyDefined", out var isImplicit) || isImplicit.GetString() != "true";

    private static async Task<string> Evaluate(string project, bool upstreamPackages)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = RepositoryRoot.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])
        [
            "msbuild", project, "-nologo", $"-p:UpstreamPackages={(upstreamPackages ? "true" : "false")}",
            "-getItem:PackageReference", "-getItem:ProjectReference", "-getItem:PackageVersion",
        ])
        {
            start.ArgumentList.Add(argument);
        }

        // A test run passes its own build's settings on, which are not this evaluation's.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"msbuild of {project} failed: {output}{await errors}");
        return output;
    }

    private sealed record ProjectItems(
        IReadOnlyList<string> Packages, IReadOnlyList<string> Projects, IReadOnlyDictionary<string, string> Versions);
}
