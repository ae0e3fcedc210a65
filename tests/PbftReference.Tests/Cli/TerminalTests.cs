using PbftReference.Cli.Output;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>How notes look.</summary>
public sealed class TerminalTests
{
    [Fact]
    public void A_note_is_broken_between_words_where_the_width_is_known_and_one_line_in_a_file()
    {
        const string Note = "pbft: a note that is longer than thirty columns, of many words";

        Assert.Equal(["pbft: a note that is longer", "  than thirty columns, of many", "  words"], Written(Note, 30));
        Assert.Equal([Note], Written(Note, int.MaxValue));
    }

    [Fact]
    public void What_is_indented_in_a_note_is_left_as_it_is() =>
        Assert.Equal(["short", "   at Some.Very.Long.Line(of a trace)"], Written("short\n   at Some.Very.Long.Line(of a trace)", 30));

    private static string[] Written(string note, int width)
    {
        var notes = new StringWriter { NewLine = "\n" };
        new Terminal(TextWriter.Null, notes, colour: false, interactive: false, width: 80) { NoteWidth = width }.Note(note);
        return notes.ToString().TrimEnd('\n').Split('\n');
    }
}
