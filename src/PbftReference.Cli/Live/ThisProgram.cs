namespace PbftReference.Cli.Live;

/// <summary>How this program is called by another process.</summary>
internal static class ThisProgram
{
    /// <summary>The words up to the verb: the program itself, or the runtime and the assembly.</summary>
    public static IReadOnlyList<string> Words
    {
        get
        {
            var assembly = typeof(Program).Assembly.Location;
            var program = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
            if (File.Exists(program)) return [program];
            var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath;
            return [host is not null && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", assembly];
        }
    }
}
