using System.Runtime.InteropServices;

namespace PbftReference.TestServer;

/// <summary>Runs the server until it is told to end. Exit code 0, 1 if it could not start, 64 if it was called wrongly.</summary>
internal static class Program
{
    private const int CouldNotStart = 1;
    private const int WrongUsage = 64;

    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            await RunAsync(CommandLine.Read(arguments));
            return 0;
        }
        catch (UsageException wrong)
        {
            await Console.Error.WriteLineAsync($"{wrong.Message}\n{CommandLine.Usage}");
            return WrongUsage;
        }
        catch (IOException failed)
        {
            await Console.Error.WriteLineAsync($"cannot start: {failed.Message}");
            return CouldNotStart;
        }
    }

    private static async Task RunAsync(EventStoreServerOptions options)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        await using var server = await EventStoreServer.StartAsync(options);
        Console.WriteLine($"listening at {server.ConnectionString}");
        await end.Task;
    }
}
