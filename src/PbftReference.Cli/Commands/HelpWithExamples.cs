using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PbftReference.Cli.Commands;

/// <summary>Help that opens with examples: what most people look for.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    private const int Narrowest = 60;
    private const int Widest = 100;

    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal)
    {
        ["pbft"] = ["pbft run", "pbft replay runs/7-1 --verify"],
        ["run"] = ["pbft run --seed 42 --faulty 0:equivocate --faults many", "pbft run --input words.txt --clients 8 --log runs/words"],
        ["fuzz"] = ["pbft fuzz --seeds 1000", "pbft fuzz --seeds 100 --from 5000 --replicas 7 --json"],
        ["replay"] = ["pbft replay runs/7-1 --verify", "pbft replay runs/7-1 --replica 2 --until 50%"],
        ["verify"] = ["pbft verify runs/7-1", "pbft verify run.jsonl --faulty 0 --expect 'view-changes>=1,transfers>=1' --json"],
        ["executed"] = ["pbft executed runs/7-1 --replica 2", "pbft executed runs/words | sort | cmp - <(sort words.txt)"],
        ["completion"] = ["source <(pbft completion bash)", "pbft completion fish > ~/.config/fish/completions/pbft.fish"],
        ["state"] = ["pbft state runs/7-1 --replica 2 --at 50%", "pbft state runs/7-1 --replica 2 --at view:1 --diff end"],
        ["log"] = ["pbft log show runs/7-1 --only committed-local --seq 10..20", "pbft log verify runs/7-1"],
        ["trace"] = ["pbft trace export runs/7-1 --out run.jsonl", "pbft trace import run.jsonl --log runs/copy"],
        ["cluster"] = ["pbft cluster up --replicas 4", "pbft cluster kill 0 2"],
        ["audit"] = ["pbft audit runs/7-1 --seq 1..20", "pbft audit copy-of-r0 copy-of-r2 --genesis genesis.json --evidence proofs"],
        ["bisect"] = ["pbft bisect runs/7-1 --until 'executed >= 100 and view == 1'", "pbft bisect runs/7-1 --until agreement"],
        ["shrink"] = ["pbft shrink runs/7-1 --log runs/small", "pbft shrink runs/7-1 --replica 2 --until 'view >= 1' --log runs/small"],
        ["fork"] = ["pbft fork runs/7-1 --at 0:view:1 --choices 2 --log runs/other", "pbft fork runs/7-1 --at 2:50% --faults many --log runs/worse"],
        ["why"] = ["pbft why runs/7-1 2:seq:5:committed-local", "pbft why runs/7-1 0:143"],
        ["export"] = ["pbft trace export runs/7-1 --out run.jsonl", "pbft trace export runs/7-1 --format mermaid --seq 5"],
        ["diff"] = ["pbft trace diff runs/7-1 runs/7-2", "pbft trace diff runs/7-1 --of 0 --with 2"],
        ["up"] = ["pbft cluster up --replicas 7 --cluster seven", "pbft cluster up 2 3"],
        ["status"] = ["pbft cluster status", "pbft cluster status --json"],
        ["stop"] = ["pbft cluster stop", "pbft cluster stop 3"],
        ["restart"] = ["pbft cluster restart 1"],
        ["kill"] = ["pbft cluster kill 0 2"],
        ["freeze"] = ["pbft cluster freeze 0", "pbft cluster thaw 0"],
        ["thaw"] = ["pbft cluster thaw 0"],
        ["submit"] = ["pbft submit 'first operation' 'second operation'", "some-program | pbft submit --input - --clients 8"],
        ["bench"] = ["pbft bench", "pbft bench --batches 100 --operations 100000 --payload 1024 --signatures on"],
        ["node"] = ["pbft node --config cluster/replica-0/node.json", "pbft node --config cluster/replica-0/node.json --set log.level=debug"],
        ["keygen"] = ["pbft keygen --replicas 4", "pbft keygen --replicas 7 --cluster seven --set general.K=20"],
        ["config"] = ["pbft config view --config cluster/replica-0/node.json", "pbft config keys"],
        ["explain"] = ["pbft explain prepared", "pbft explain stale-view"],
        ["version"] = ["pbft version", "pbft --version"],
    };

    public override bool ClearsParseErrors => true;

    /// <summary>Puts it in the place of a root command's help.</summary>
    /// <param name="root">The root command.</param>
    /// <param name="width">Columns; lines are broken at 100 at most.</param>
    public static void AddTo(RootCommand root, int width)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new HelpWithExamples(new HelpAction { MaxWidth = Math.Clamp(width, Narrowest, Widest) });
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (ExamplesOf(command) is { } examples)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples) output.WriteLine($"  {example}");
            output.WriteLine();
        }

        return help.Invoke(parseResult);
    }

    private static string[]? ExamplesOf(Command command)
    {
        if (command is RootCommand) return Examples["pbft"];
        return Examples.GetValueOrDefault(command.Name) ?? command.Parents.OfType<Command>().Select(ExamplesOf).FirstOrDefault();
    }
}
