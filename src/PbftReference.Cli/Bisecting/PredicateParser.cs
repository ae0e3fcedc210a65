using PbftReference.EventLog.Codec;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Bisecting;

/// <summary>
/// Reads a predicate: comparisons (<c>view>=2</c>), <c>event:NAME</c>, <c>invariant</c> and <c>agreement</c> (that it is broken), joined by
/// <c>and</c>, <c>or</c>, <c>not</c> and brackets.
/// </summary>
internal sealed class PredicateParser
{
    /// <summary>How predicates are written, for help and errors.</summary>
    public const string Grammar = "FIELD OP VALUE with == != < <= > >=, event:NAME, invariant or agreement (broken), joined by and, or, not, ( )";

    private static readonly string[] Operators = ["==", "!=", "<=", ">=", "<", ">", "="];

    private readonly string _text;
    private readonly List<string> _words;
    private int _at;

    private PredicateParser(string text) => (_text, _words) = (text, Words(text));

    /// <summary>Reads one.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static Predicate Parse(string text)
    {
        var parser = new PredicateParser(text);
        var predicate = parser.Any();
        return parser._at == parser._words.Count ? predicate : throw parser.Wrong($"'{parser._words[parser._at]}' is one too many");
    }

    private Predicate Any()
    {
        var left = All();
        while (Take("or") || Take("||")) left = new Or(left, All());
        return left;
    }

    private Predicate All()
    {
        var left = One();
        while (Take("and") || Take("&&")) left = new And(left, One());
        return left;
    }

    private Predicate One()
    {
        if (Take("not") || Take("!")) return new Not(One());
        if (Take("("))
        {
            var inner = Any();
            return Take(")") ? inner : throw Wrong("a bracket is not closed");
        }

        if (Take("invariant")) return new InvariantBroken();
        if (Take("agreement")) return new AgreementBroken();
        var word = Next("a field, event:NAME, invariant or agreement");
        return word.StartsWith("event:", StringComparison.Ordinal) ? EventOf(word["event:".Length..]) : ComparisonOf(word);
    }

    private HasEvent EventOf(string name) => name == "refused" || Names.Events.All.Contains(name)
        ? new HasEvent(name)
        : throw Wrong($"there is no event '{name}'{DidYouMean.Among(Names.Events.All, name)}; 'pbft explain' lists all names");

    private Comparison ComparisonOf(string name)
    {
        if (StateFields.Of(name) is not { } field) throw Wrong($"there is no field '{name}'; there are {StateFields.All}");
        var comparing = Next("==, !=, <, <=, > or >=");
        if (!Operators.Contains(comparing)) throw Wrong($"'{comparing}' stands where ==, !=, <, <=, > or >= is wanted");
        if (!field.Type.HasOrder && comparing[0] is ('<' or '>')) throw Wrong($"{name} has no order, so it is compared by == or != alone: it is {field.Type.Wanted}");
        var value = Next("a value");
        return new Comparison(name, field, comparing, field.Type.Read(value) ?? throw Wrong($"'{value}' is no value of {name}, which is {field.Type.Wanted}"));
    }

    private bool Take(string word)
    {
        if (_at == _words.Count || !_words[_at].Equals(word, StringComparison.OrdinalIgnoreCase)) return false;
        _at++;
        return true;
    }

    private string Next(string wanted) => _at < _words.Count ? _words[_at++] : throw Wrong($"{wanted} is missing at the end");

    private CommandException Wrong(string why) => new(ExitCodes.Usage, $"--until '{_text}': {why}. It takes {Grammar}");

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            var symbol = ((string[])["&&", "||", .. Operators, "(", ")", "!"]).FirstOrDefault(s => text.AsSpan(i).StartsWith(s, StringComparison.Ordinal));
            var end = i + (symbol?.Length ?? 0);
            if (symbol is null)
            {
                while (end < text.Length && !char.IsWhiteSpace(text[end]) && "=!<>()&|".IndexOf(text[end], StringComparison.Ordinal) < 0) end++;
                if (end == i) end++;
            }

            words.Add(text[i..end]);
            i = end;
        }

        return words;
    }
}
