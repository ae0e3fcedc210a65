using System.CommandLine;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft explain</c>: what a name of the log or of a verdict means, why it is there, and where in the code.</summary>
internal static class ExplainCommand
{
    private const int Width = 78;

    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string?>("NAME") { Description = "An event, message, refusal, timer, phase, record type or property, or a guard, action or duty of a verdict; all are listed if none is named.", Arity = ArgumentArity.ZeroOrOne };
        var json = LogArguments.Json();
        var command = new Command("explain", "What a name means, why it is there, where the paper and the code have it.") { name, json };
        command.SetAction(parsed =>
        {
            var wanted = parsed.GetValue(name);
            var found = wanted is null ? Explanations.All : Explanations.Of(wanted);
            if (found.Count == 0) throw Unknown(wanted!);
            if (parsed.GetValue(json)) terminal.Result.WriteLine(ToJson(found).ToString(Formatting.Indented));
            else if (wanted is null) List(terminal);
            else Write(terminal, found);
            return ExitCodes.Holds;
        });
        return command;
    }

    private static CommandException Unknown(string name)
    {
        var guess = DidYouMean.Among(Explanations.All.Select(e => e.Name), name);
        return new CommandException(ExitCodes.Usage, $"there is nothing called '{name}'{guess}{(guess.Length == 0 ? ";" : "")} 'pbft explain' lists all names");
    }

    private static void List(Terminal terminal)
    {
        foreach (var group in Explanations.All.GroupBy(e => e.Kind))
        {
            terminal.Result.WriteLine(group.Key);
            foreach (var line in WordWrap.Lines(string.Join(", ", group.Select(e => e.Name)), Width - 2)) terminal.Result.WriteLine("  " + line);
        }
    }

    private static void Write(Terminal terminal, IReadOnlyList<Explanation> found)
    {
        foreach (var explanation in found)
        {
            terminal.Result.WriteLine($"{explanation.Name} ({explanation.Kind})");
            foreach (var line in WordWrap.Lines(explanation.Meaning, Width - 2)) terminal.Result.WriteLine("  " + line);
            Write(terminal, "why", explanation.Why);
            Write(terminal, "source", explanation.Source);
            Write(terminal, "code", explanation.Place);
            if (explanation.See is { } page) Write(terminal, "see", page);
        }
    }

    private static void Write(Terminal terminal, string label, string text)
    {
        foreach (var line in WordWrap.Lines(text, Width - 10))
        {
            terminal.Result.WriteLine($"  {label,-7} {line}");
            label = "";
        }
    }

    private static JObject ToJson(IReadOnlyList<Explanation> found) => new()
    {
        ["schema"] = "pbft.explain/1",
        ["explanations"] = new JArray(found.Select(e => new JObject
        {
            ["kind"] = e.Kind,
            ["name"] = e.Name,
            ["meaning"] = e.Meaning,
            ["why"] = e.Why,
            ["source"] = e.Source,
            ["code"] = e.Place,
            ["see"] = e.See,
        })),
    };
}
