using System.CommandLine;
using PbftReference.Cli.Output;

namespace PbftReference.Cli.Commands;

/// <summary>
/// <c>pbft completion</c>: a script for a shell, which asks <c>pbft "[suggest:POSITION]" LINE</c> for what may follow and falls back to
/// file names.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _pbft_complete() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(pbft "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o bashdefault -o default -F _pbft_complete pbft
        """;

    private const string Zsh = """
        #compdef pbft
        _pbft() {
            local -a words_found
            words_found=("${(@f)$(pbft "[suggest:${#${(j: :)words[1,CURRENT]}}]" "${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
            if [[ -n "${words_found[1]}" ]]; then
                compadd -- "${words_found[@]}"
            else
                _files
            fi
        }
        compdef _pbft pbft
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName pbft -ScriptBlock {
            param($word, $line, $position)
            pbft "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    private const string Fish = """
        function __pbft_complete
            set -l line (commandline --cut-at-cursor)
            pbft "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete --command pbft --arguments '(__pbft_complete)'
        """;

    private static readonly SortedDictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = Bash,
        ["fish"] = Fish,
        ["pwsh"] = PowerShell,
        ["zsh"] = Zsh,
    };

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Scripts.Keys) };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        var command = new Command("completion", "Prints a script by which a shell completes pbft's commands and options.") { shell };
        command.SetAction(line =>
        {
            var name = line.GetRequiredValue(shell);
            if (!Scripts.TryGetValue(name, out var script)) throw new CommandException(ExitCodes.Usage, $"there is no script for '{name}'; there are {string.Join(", ", Scripts.Keys)}");
            terminal.Result.Write(script.ReplaceLineEndings("\n") + "\n");
            return ExitCodes.Holds;
        });
        return command;
    }
}
