using Microsoft.Extensions.Logging;

namespace PbftReference.Runtime.Telemetry;

/// <summary>Where a node's messages for people go: standard output, as JSON lines or as text.</summary>
public static class NodeLogging
{
    /// <summary>Makes the loggers.</summary>
    /// <param name="level">debug, information, warning or error.</param>
    /// <param name="json">JSON lines instead of text.</param>
    public static ILoggerFactory Create(string level, bool json) => LoggerFactory.Create(builder => Configure(builder, level, json));

    internal static void Configure(ILoggingBuilder builder, string level, bool json)
    {
        builder.SetMinimumLevel(Enum.Parse<LogLevel>(level, ignoreCase: true));
        if (json)
        {
            builder.AddJsonConsole(options =>
            {
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            builder.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "HH:mm:ss.fff ";
            });
        }
    }
}
