using Newtonsoft.Json.Linq;
using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Live;

/// <summary>Effective settings, for people and as a document.</summary>
internal static class SettingsView
{
    private const int Width = 80;
    private const int ValueWidth = 16;
    private static readonly int NameWidth = SettingKeys.All.Max(key => key.Name.Length);

    /// <summary>A line each, in groups; what is too long goes on below.</summary>
    public static IEnumerable<string> Lines(Settings settings)
    {
        foreach (var scope in Enum.GetValues<SettingScope>())
        {
            if (scope != default) yield return "";
            yield return scope == SettingScope.Agreed ? "agreed: the same for all replicas" : "of this node";
            foreach (var line in settings.All.Where(s => s.Key.Scope == scope).SelectMany(Lines)) yield return line;
        }
    }

    private static IEnumerable<string> Lines(Setting setting)
    {
        var value = Value(setting);
        var whole = $"  {setting.Key.Name.PadRight(NameWidth)}  {value.PadRight(ValueWidth)}  {setting.Source}";
        if (whole.Length <= Width) return [whole];
        var (name, indent) = ($"  {setting.Key.Name.PadRight(NameWidth)}  {value}", new string(' ', NameWidth + 4));
        return name.Length <= Width && indent.Length + setting.Source.Length <= Width
            ? [name, indent + setting.Source]
            : [$"  {setting.Key.Name}", $"      {value}", $"      {setting.Source}"];
    }

    private static string Value(Setting setting)
    {
        if (setting.Text.Length == 0) return "-";
        if (EventStoreDb.IsAddress(setting.Text)) return EventStoreDb.WithoutSecrets(setting.Text);
        if (setting.Key.Kind == SettingKind.Store && setting.Text.Contains('@', StringComparison.Ordinal)) return Output.Secrets.Masked(setting.Text);
        if (setting.Key.Kind is not (SettingKind.Path or SettingKind.Store)) return setting.Text;
        var near = Path.GetRelativePath(Directory.GetCurrentDirectory(), setting.Text);
        return near.StartsWith("..", StringComparison.Ordinal) ? setting.Text : near;
    }

    /// <summary>The document <c>pbft.config/1</c>.</summary>
    public static JObject Document(Settings settings, IEnumerable<string> notes) => new()
    {
        ["schema"] = "pbft.config/1",
        ["settings"] = new JArray(settings.All.Select(Document)),
        ["notes"] = new JArray(notes),
    };

    private static JObject Document(Setting setting)
    {
        var json = new JObject { ["key"] = setting.Key.Name, ["value"] = Output.Secrets.Masked(setting.Text) };
        var unit = setting.Key.Kind switch { SettingKind.Duration => "ms", SettingKind.Size => "B", _ => null };
        if (unit is not null) (json["number"], json["unit"]) = (setting.Number, unit);
        (json["source"], json["isDefault"], json["default"]) = (setting.Source, setting.IsDefault, setting.Key.Default);
        json["scope"] = setting.Key.Scope == SettingScope.Agreed ? "agreed" : "node";
        return json;
    }
}
