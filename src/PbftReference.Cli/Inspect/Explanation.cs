namespace PbftReference.Cli.Inspect;

/// <summary>What a name means.</summary>
/// <param name="Kind">What it is the name of: an event, a refusal, a message, ...</param>
/// <param name="Name">The name, as it stands in the log.</param>
/// <param name="Meaning">What it says.</param>
/// <param name="Why">What it is there for, and what breaks without it.</param>
/// <param name="Source">Where it comes from: a section of the paper (OSDI'99), of TOCS'02, or Fabric.</param>
/// <param name="Code">File, under src/ or in spec/, and identifier in it, with a colon between.</param>
internal sealed record Explanation(string Kind, string Name, string Meaning, string Why, string Source, string Code)
{
    /// <summary>The page that has more of its kind; null if there is none.</summary>
    public string? See { get; init; }

    /// <summary>File and identifier, from the root of the repository.</summary>
    public string Place => Code.StartsWith("spec/", StringComparison.Ordinal) ? Code : "src/" + Code;
}
