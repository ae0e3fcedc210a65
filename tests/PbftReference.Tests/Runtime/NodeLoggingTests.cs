using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Newtonsoft.Json.Linq;
using PbftReference.Host.Events;
using PbftReference.Runtime.Telemetry;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>What a node says: one line each, with a number and with fields for machines.</summary>
public class NodeLoggingTests
{
    [Fact]
    public void A_message_is_one_line_of_JSON_with_its_number_and_fields()
    {
        var line = LinesOf(json: true, messages => messages.Refused(TransportRefusal.UnknownKey, "a name\nof two lines", 7)).Single();

        var message = JObject.Parse(line);
        Assert.Equal((32, "Warning"), ((int)message["EventId"]!, (string?)message["LogLevel"]));
        Assert.Equal(("UnknownKey", "a name\nof two lines", 7), ((string?)message["State"]!["Reason"], (string?)message["State"]!["Remote"], (int)message["State"]!["Unsaid"]!));
    }

    [Fact]
    public void An_exception_stays_in_the_line() =>
        Assert.Contains("a fault", (string?)JObject.Parse(LinesOf(json: true, messages => messages.Faulted(new InvalidOperationException("a fault"))).Single())["Exception"], StringComparison.Ordinal);

    [Fact]
    public void On_a_terminal_a_message_is_a_line_of_text() =>
        Assert.EndsWith("entered view 3, primary 3", LinesOf(json: false, messages => messages.ViewEntered(3, 3)).Single(), StringComparison.Ordinal);

    [Fact]
    public void A_level_leaves_out_what_is_below_it()
    {
        using var warnings = NodeLogging.Create("warning", json: true);
        var logger = warnings.CreateLogger("pbft.node");

        Assert.Equal((false, true), (logger.IsEnabled(LogLevel.Information), logger.IsEnabled(LogLevel.Warning)));
    }

    [Fact]
    public void Refusals_are_said_at_once_and_then_once_in_ten_seconds_with_how_many_there_were()
    {
        var clock = new VirtualClock();
        var lines = LinesOf(json: true, messages =>
        {
            var notes = new RefusalNotes(messages, clock);
            for (var i = 0; i < 100; i++) notes.Note(TransportRefusal.Handshake, "127.0.0.1:1");
            notes.Note(TransportRefusal.OversizedFrame, "127.0.0.1:2");
            clock.Advance(RefusalNotes.Between);
            notes.Note(TransportRefusal.Handshake, "127.0.0.1:3");
        });

        Assert.Equal(
            [("Handshake", 0L), ("OversizedFrame", 0L), ("Handshake", 99L)],
            lines.Select(line => JObject.Parse(line)["State"]!).Select(state => ((string)state["Reason"]!, (long)state["Unsaid"]!)));
    }

    private static string[] LinesOf(bool json, Action<NodeMessages> say)
    {
        using var services = new ServiceCollection().AddLogging(builder => NodeLogging.Configure(builder, "debug", json)).BuildServiceProvider();
        var format = services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName;
        using var text = new StringWriter();
        say(new NodeMessages(new Formatted(services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == format), text)));
        return text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Writes as the console does, to where a test can read it.</summary>
    private sealed class Formatted(ConsoleFormatter formatter, TextWriter text) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter1) =>
            formatter.Write(new LogEntry<TState>(logLevel, "pbft.node", eventId, state, exception, formatter1), null, text);
    }
}
