using System.CommandLine;
using Newtonsoft.Json;
using PbftReference.Cli.Live;
using PbftReference.Cli.Output;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft config</c>: the settings of live nodes.</summary>
internal static class ConfigCommand
{
    public static Command Create(Terminal terminal) => new("config", "The settings of live replicas: what they are, and where their values come from.")
    {
        CreateView(terminal),
        CreateKeys(terminal),
    };

    private static Command CreateView(Terminal terminal)
    {
        var (config, set, json) = (LiveOptions.Config(), LiveOptions.Set(), LogArguments.Json());
        var command = new Command("view", "Prints each effective value and its source, and refuses what a node would refuse.") { config, set, json };
        command.SetAction(line =>
        {
            var (settings, notes) = LiveOptions.Effective(LiveOptions.Resolve(line.GetValue(config), line.GetValue(set)!));
            if (line.GetValue(json)) terminal.Result.WriteLine(SettingsView.Document(settings, notes).ToString(Formatting.Indented));
            else foreach (var text in SettingsView.Lines(settings)) terminal.Result.WriteLine(text);
            foreach (var note in notes) terminal.Note($"note: {note}");
            return ExitCodes.Holds;
        });
        return command;
    }

    private static Command CreateKeys(Terminal terminal)
    {
        var command = new Command("keys", "Lists the settings: meaning, default, bounds.");
        command.SetAction(_ =>
        {
            foreach (var key in SettingKeys.All)
            {
                terminal.Result.WriteLine(key.Name);
                foreach (var text in WordWrap.Lines($"{key.Meaning} {key.Bounds}; default {(key.Default.Length == 0 ? "none" : key.Default)}; {(key.Scope == SettingScope.Agreed ? "agreed, in the genesis" : "of one node")}.", 76)) terminal.Result.WriteLine($"    {text}");
            }

            return ExitCodes.Holds;
        });
        return command;
    }
}
