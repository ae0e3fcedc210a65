using System.CommandLine;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;
using PbftReference.Runtime.Membership;
using PbftReference.Simulation;
using PbftReference.Simulation.Byzantine;
using PbftReference.Simulation.Faults;

namespace PbftReference.Cli.Running;

/// <summary>The options that decide a run. Those that are given and differ from the default stand in the line that reproduces it.</summary>
internal sealed class RunOptions
{
    private const long MadeUpOperations = 3000;
    private const long MadeUpThinkTime = 250;
    // A simulated network answers within milliseconds: with Fabric's two seconds most troubles would pass before anybody asks for a new view.
    private static readonly ClusterConfiguration Protocol = new() { RequestTimeout = 500, ResendViewChangeTimeout = 500 };

    public Option<ulong> Seed { get; } = New<ulong>("--seed", "NUMBER", "Decides everything that is left to chance.", 7);

    public Option<int> Replicas { get; } = New("--replicas", "N", "Number of replicas n.", 4);

    public Option<int?> Tolerate { get; } = New<int?>("--tolerate", "F", "How many faulty replicas to tolerate. [default: (n-1)/3]", null);

    public Option<string> Cluster { get; } = New("--cluster", "NAME", "The cluster's name, part of everything that is signed; runs in one database need different ones.", "sim");

    public Option<string> Faults { get; } = New("--faults", "none|some|many", "How much goes wrong: loss, delay, duplication, partitions, crashes.", "some");

    public Option<string[]> Faulty { get; } = new("--faulty")
    {
        HelpName = "ID:BEHAVIOUR,...",
        Description = $"Replicas that misbehave: {string.Join(", ", ByzantineBehaviours.Names)}; several at once joined by '+'.",
    };

    public Option<string[]> Partition { get; } = new("--partition")
    {
        HelpName = "SIDE|SIDE@FROM-TO",
        Description = "Splits the network between two simulated times in ms, as in '0,1,2|1,2,3@500-4000'; who stands on both sides reaches all. May be repeated.",
    };

    public Option<string?> Input { get; } = New<string?>("--input", "FILE", "A file whose lines are the operations.", null);

    public Option<long?> Operations { get; } = New<long?>("--operations", "COUNT", $"How many operations: of the file at most, or so many made-up ones. [default: all lines, or {MadeUpOperations}]", null);

    public Option<string> Service { get; } = New("--service", "ledger|kv", "The replicated service.", "ledger");

    public Option<int> Clients { get; } = New("--clients", "COUNT", "Clients that take turns with the operations.", 4);

    public Option<int> LyingClients { get; } = New("--lying-clients", "COUNT", "Further clients that misbehave until the network heals.", 0);

    public Option<int> Outstanding { get; } = New("--outstanding", "COUNT", "Requests that a client has under way at once; at most the client window.", 16);

    public Option<long?> ThinkTime { get; } = New<long?>("--think-time", "MS", $"Longest pause of a client after an answer. [default: 0 with --input, else {MadeUpThinkTime}]", null);

    public Option<long> HealAfter { get; } = New("--heal-after", "MS", "Faults end after this simulated time, or when all operations are done.", 30_000L);

    public Option<long> ProgressWithin { get; } = New("--progress-within", "MS", "Simulated time within which everything must be done after that.", 600_000L);

    public Option<int> Batch { get; } = New("--batch", "COUNT", "Most requests in a batch.", Protocol.BatchSize);

    public Option<long> BatchTimeout { get; } = New("--batch-timeout", "MS", "How long the primary waits to fill a batch.", Protocol.BatchTimeout);

    public Option<int> SnapshotAfter { get; } = New("--snapshot-after", "COUNT", "Records after which a replica writes a snapshot for its recovery.", new SnapshotPolicy().AfterRecords);

    public Option<int> CheckpointPeriod { get; } = New("--checkpoint-period", "K", "Places between checkpoints.", Protocol.CheckpointPeriod);

    public Option<int> LogMultiplier { get; } = New("--log-multiplier", "COUNT", "Checkpoint periods in the log window: L = K x this.", Protocol.LogMultiplier);

    public Option<int> ClientWindow { get; } = New("--client-window", "W", "How far a client's timestamps may run ahead, 1 to 64.", Protocol.ClientWindow);

    public Option<long> RequestTimeout { get; } = New("--request-timeout", "MS", "How long a backup waits for a request before it asks for a new view.", Protocol.RequestTimeout);

    public Option<int> ViewChangePeriod { get; } = New("--view-change-period", "COUNT", "Checkpoint periods after which the view changes on purpose; 0 is off.", Protocol.ViewChangePeriod);

    public Option<long> NullRequestTimeout { get; } = New("--null-request-timeout", "MS", "An idle primary proposes the null request after this; 0 is off.", Protocol.NullRequestTimeout);

    public Option<long> StatusTimeout { get; } = New("--status-timeout", "MS", "How often a replica tells the others where it stands.", Protocol.StatusTimeout);

    public Option<long> TransferTimeout { get; } = New("--transfer-timeout", "MS", "How long a replica waits for pages before it asks another.", Protocol.TransferTimeout);

    public Option<long> ResendTimeout { get; } = New("--resend-timeout", "MS", "How often a view-change is sent again.", Protocol.ResendViewChangeTimeout);

    /// <summary>All of them, as help lists them.</summary>
    public IReadOnlyList<Option> All =>
    [
        Seed, Replicas, Tolerate, Cluster, Faults, Faulty, Partition, Input, Operations, Service, Clients, LyingClients, Outstanding, ThinkTime, HealAfter, ProgressWithin, Batch,
        CheckpointPeriod, LogMultiplier, ClientWindow, ViewChangePeriod, BatchTimeout, RequestTimeout, NullRequestTimeout, StatusTimeout, TransferTimeout,
        ResendTimeout, SnapshotAfter,
    ];

    /// <summary>The simulation that a command line asks for.</summary>
    /// <exception cref="CommandException">A value is not one, with what is allowed.</exception>
    public SimulationOptions Simulation(ParseResult line)
    {
        var replicas = line.GetValue(Replicas);
        Require(replicas >= 1, $"--replicas must be at least 1, not {replicas}");
        var service = line.GetValue(Service)!;
        Require(ServiceFactory.Names.Contains(service), $"--service {service}: there is no such service; there are {string.Join(", ", ServiceFactory.Names)}");
        var options = new SimulationOptions
        {
            Seed = line.GetValue(Seed),
            Cluster = ClusterOf(line),
            Configuration = ConfigurationOf(line, replicas),
            Service = service,
            Clients = line.GetValue(Clients),
            LyingClients = line.GetValue(LyingClients),
            Outstanding = line.GetValue(Outstanding),
            ThinkTime = line.GetValue(ThinkTime) ?? (line.GetValue(Input) is null ? MadeUpThinkTime : 0),
            Faults = ProfileOf(line.GetValue(Faults)!),
            Faulty = FaultyOf(line.GetValue(Faulty) ?? [], replicas),
            Partitions = PartitionsOf(line.GetValue(Partition) ?? [], replicas),
            HealAfter = line.GetValue(HealAfter),
            ProgressWithin = line.GetValue(ProgressWithin),
            Snapshots = new SnapshotPolicy(line.GetValue(SnapshotAfter)),
        };
        Check(options);
        return options;
    }

    /// <summary>How many made-up operations are asked for.</summary>
    public long CountOf(ParseResult line) => line.GetValue(Operations) ?? MadeUpOperations;

    /// <summary>The command line that runs the same again.</summary>
    public string Reproduce(ParseResult line)
    {
        var words = new List<string> { $"pbft run --seed {line.GetValue(Seed)}" };
        foreach (var option in All)
        {
            if (option == Seed || line.GetResult(option) is not { Implicit: false } given) continue;
            foreach (var token in given.Tokens) words.Add($"{option.Name} {ShellWord.Of(token.Value)}");
        }

        return string.Join(' ', words);
    }

    private string ClusterOf(ParseResult line)
    {
        var name = line.GetValue(Cluster)!;
        try
        {
            GenesisFile.Cluster(name);
            return name;
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCodes.Usage, $"--cluster {e.Message}", e);
        }
    }

    private ClusterConfiguration ConfigurationOf(ParseResult line, int replicas)
    {
        try
        {
            return new ClusterConfiguration
            {
                Replicas = replicas,
                Faults = line.GetValue(Tolerate) ?? (replicas - 1) / 3,
                BatchSize = line.GetValue(Batch),
                BatchTimeout = line.GetValue(BatchTimeout),
                CheckpointPeriod = line.GetValue(CheckpointPeriod),
                LogMultiplier = line.GetValue(LogMultiplier),
                ClientWindow = line.GetValue(ClientWindow),
                RequestTimeout = line.GetValue(RequestTimeout),
                ViewChangePeriod = line.GetValue(ViewChangePeriod),
                NullRequestTimeout = line.GetValue(NullRequestTimeout),
                StatusTimeout = line.GetValue(StatusTimeout),
                TransferTimeout = line.GetValue(TransferTimeout),
                ResendViewChangeTimeout = line.GetValue(ResendTimeout),
            }.Validate();
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCodes.Usage, e.Message, e);
        }
    }

    /// <summary>Refuses values that no run can have.</summary>
    /// <exception cref="CommandException">One is wrong, with what is allowed.</exception>
    public static void Check(SimulationOptions options)
    {
        Require(options.Clients >= 1, $"--clients must be at least 1, not {options.Clients}");
        Require(options.LyingClients is >= 0 and <= 1000, $"--lying-clients must be 0 to 1000, not {options.LyingClients}");
        var window = options.Configuration.ClientWindow;
        Require(options.Outstanding >= 1, $"--outstanding must be at least 1, not {options.Outstanding}");
        Require(options.Outstanding <= window, $"--outstanding must be at most the client window of {window}, not {options.Outstanding}");
        Require(options.Snapshots.AfterRecords >= 1, $"--snapshot-after must be at least 1, not {options.Snapshots.AfterRecords}");
        Require(options.ThinkTime >= 0, $"--think-time must be at least 0 ms, not {options.ThinkTime}");
        Require(options.HealAfter >= 0, $"--heal-after must be at least 0 ms, not {options.HealAfter}");
        Require(options.ProgressWithin >= 1, $"--progress-within must be at least 1 ms, not {options.ProgressWithin}");
    }

    public static FaultProfile ProfileOf(string text) => text switch
    {
        "none" => FaultProfile.None,
        "some" => FaultProfile.Some,
        "many" => FaultProfile.Many,
        _ => throw new CommandException(ExitCodes.Usage, $"--faults {text}: choose none, some or many"),
    };

    public static List<FaultyReplica> FaultyOf(string[] texts, int replicas)
    {
        var faulty = new List<FaultyReplica>();
        foreach (var part in texts.SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var one = Parsed(part);
            Require(one.Replica.Value < replicas, $"--faulty {part}: there is no replica {one.Replica}; they are 0 to {replicas - 1}");
            foreach (var name in one.Behaviour.Split('+')) RequireBehaviour(part, name);
            Require(faulty.All(other => other.Replica != one.Replica), $"--faulty names replica {one.Replica} twice");
            faulty.Add(one);
        }

        return faulty;
    }

    public static IReadOnlyList<ScriptedPartition> PartitionsOf(string[] texts, int replicas)
    {
        var partitions = texts.Select(PartitionOf).OrderBy(partition => partition.From).ToList();
        foreach (var partition in partitions)
        {
            var named = partition.Sides.SelectMany(side => side).ToHashSet();
            foreach (var id in named) Require(id.Value < replicas, $"--partition {partition}: there is no replica {id}; they are 0 to {replicas - 1}");
            foreach (var id in Enumerable.Range(0, replicas)) Require(named.Contains(new ReplicaId(id)), $"--partition {partition}: replica {id} is on no side; name it alone to cut it off from all");
        }

        foreach (var (one, next) in partitions.Zip(partitions.Skip(1))) Require(one.To <= next.From, $"--partition {next} begins before {one} ends: one partition stands at a time");
        return partitions;
    }

    private static ScriptedPartition PartitionOf(string text)
    {
        try
        {
            return ScriptedPartition.Parse(text);
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCodes.Usage, $"--partition: {e.Message}", e);
        }
    }

    private static void RequireBehaviour(string part, string name) => Require(
        ByzantineBehaviours.Names.Contains(name), $"--faulty {part}: there is no behaviour '{name}'; there are {string.Join(", ", ByzantineBehaviours.Names)}");

    private static FaultyReplica Parsed(string text)
    {
        try
        {
            return RunDirectory.ParseFaulty(text);
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCodes.Usage, $"--faulty: {e.Message}", e);
        }
    }

    private static void Require(bool holds, string message)
    {
        if (!holds) throw new CommandException(ExitCodes.Usage, message);
    }

    private static Option<T> New<T>(string name, string valueName, string description, T value) => new(name)
    {
        HelpName = valueName,
        Description = description,
        DefaultValueFactory = _ => value,
    };
}
