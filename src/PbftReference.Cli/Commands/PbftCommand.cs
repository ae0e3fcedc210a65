using System.CommandLine;
using PbftReference.Cli.Output;

namespace PbftReference.Cli.Commands;

/// <summary>The root command: every verb is a class beside this one with a <c>Create</c> method.</summary>
internal static class PbftCommand
{
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand("PbftReference: replay recorded PBFT logs, verify traces, audit the consensus history.");
        root.Subcommands.Add(RunCommand.Create(terminal));
        root.Subcommands.Add(FuzzCommand.Create(terminal));
        root.Subcommands.Add(ReplayCommand.Create(terminal));
        root.Subcommands.Add(VerifyCommand.Create(terminal));
        root.Subcommands.Add(ExecutedCommand.Create(terminal));
        root.Subcommands.Add(StateCommand.Create(terminal));
        root.Subcommands.Add(LogCommand.Create(terminal));
        root.Subcommands.Add(TraceCommand.Create(terminal));
        root.Subcommands.Add(AuditCommand.Create(terminal));
        root.Subcommands.Add(BisectCommand.Create(terminal));
        root.Subcommands.Add(ShrinkCommand.Create(terminal));
        root.Subcommands.Add(WhyCommand.Create(terminal));
        root.Subcommands.Add(ForkCommand.Create(terminal));
        root.Subcommands.Add(ClusterCommand.Create(terminal));
        root.Subcommands.Add(SubmitCommand.Create(terminal));
        root.Subcommands.Add(BenchCommand.Create(terminal));
        root.Subcommands.Add(NodeCommand.Create(terminal));
        root.Subcommands.Add(KeygenCommand.Create(terminal));
        root.Subcommands.Add(ConfigCommand.Create(terminal));
        root.Subcommands.Add(ExplainCommand.Create(terminal));
        root.Subcommands.Add(CompletionCommand.Create(terminal));
        root.Subcommands.Add(VersionCommand.Create(terminal));
        MistypedOption.RefuseIn(root);
        EmptyPath.RefuseIn(root);
        HelpWithExamples.AddTo(root, terminal.Width);
        return root;
    }
}
