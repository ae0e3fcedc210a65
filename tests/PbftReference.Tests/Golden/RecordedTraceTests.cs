using System.Text;
using Newtonsoft.Json.Linq;
using PbftReference.Core;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Golden;

/// <summary>The recorded traces are input too: whatever is recorded there replays for ever.</summary>
public sealed class RecordedTraceTests
{
    public static TheoryData<string> Traces { get; } =
        [.. Directory.GetFiles(Folder, "*.verified.log").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    internal static string Folder => Path.Combine(RepositoryRoot.Path, "snapshots", "traces");

    [Fact]
    public void There_is_a_trace_of_each_kind() => Assert.Equal(7, Traces.Count);

    [Theory]
    [MemberData(nameof(Traces))]
    public void A_recorded_log_is_read_written_again_and_folds_to_the_recorded_state(string file)
    {
        var recorded = JObject.Parse(File.ReadAllText(Path.Combine(Folder, file.Replace(".replica-", ".state-", StringComparison.Ordinal).Replace(".log", ".json", StringComparison.Ordinal))));
        var replica = new ReplicaId((int)recorded["replica"]!);
        var steps = Steps(Path.Combine(Folder, file)).ToArray();
        var state = Fold.Steps(ReplicaState.Genesis(ConfigurationOf(file), replica), steps);
        var folded = JToken.Parse(Encoding.UTF8.GetString(StateCodec.Encode(state)));
        Assert.Equal(recorded["state"]!.ToString(), folded.ToString());
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void Deciding_the_recorded_inputs_again_gives_the_recorded_steps(string file)
    {
        var configuration = ConfigurationOf(file);
        var replica = new ReplicaId(int.Parse(file.Split(".replica-")[1][..1], System.Globalization.CultureInfo.InvariantCulture));
        var state = ReplicaState.Genesis(configuration, replica);
        foreach (var step in Steps(Path.Combine(Folder, file)))
        {
            var decision = Replica.Decide(state, step.Input);
            Assert.Equal(Encoding.UTF8.GetString(StepCodec.Encode(step).Data), Encoding.UTF8.GetString(StepCodec.Encode(decision.Step).Data));
            state = decision.State;
        }
    }

    internal static IEnumerable<Step> Steps(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            var parts = line.Split(' ', 4);
            if (parts[1] is RecordTypes.RefusalsCounted or RecordTypes.SnapshotTaken) continue;
            var data = Encoding.UTF8.GetBytes(parts[3]);
            var step = StepCodec.Decode(parts[1], data);
            Assert.Equal(parts[3], Encoding.UTF8.GetString(StepCodec.Encode(step).Data));
            yield return step;
        }
    }

    // The configurations of the scenarios; the service is the ledger.
    internal static ClusterConfiguration ConfigurationOf(string file)
    {
        var period = file.Split('.')[0] switch { "checkpoint-garbage-collection" => 2, "state-transfer" => 1, _ => 4 };
        return new ClusterConfiguration
        {
            BatchSize = 1,
            CheckpointPeriod = period,
            LogMultiplier = 2,
            InitialServiceDigest = ServiceFactory.Create("ledger").Digest,
        };
    }
}
