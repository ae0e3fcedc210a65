using System.Text;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Tests.Core.Messages;
using Xunit;

namespace PbftReference.Tests.EventLog.Codec;

public sealed class StateCodecTests
{
    private static readonly ClusterConfiguration Configuration = new() { Replicas = 7, Faults = 2, CheckpointPeriod = 3, ClientWindow = 16 };

    [Fact]
    public void A_state_is_read_back_whole_and_byte_for_byte()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var state = new StepGenerator(seed).State(Configuration);
            var bytes = StateCodec.Encode(state);
            var decoded = StateCodec.Decode(bytes, Configuration, state.Self);
            Assert.Equal(StructuralText.Of(state), StructuralText.Of(decoded));
            Assert.Equal(bytes, StateCodec.Encode(decoded));
        }
    }

    [Fact]
    public void The_genesis_state_is_read_back()
    {
        var genesis = ReplicaState.Genesis(Configuration with { ViewChangePeriod = 2 }, new ReplicaId(1));
        var decoded = StateCodec.Decode(StateCodec.Encode(genesis), genesis.Configuration, genesis.Self);
        Assert.Equal(StructuralText.Of(genesis), StructuralText.Of(decoded));
    }

    [Fact]
    public void The_genesis_state_is_short()
    {
        var genesis = ReplicaState.Genesis(Configuration, new ReplicaId(1));
        Assert.Equal(
            "{\"self\":1,\"phase\":\"recovering\",\"view\":\"0\",\"currentNewView\":null,\"progressView\":\"0\"," +
            $"\"stable\":{{\"sequenceNumber\":\"0\",\"stateDigest\":\"{genesis.Stable.StateDigest}\",\"votes\":[]}},\"window\":[]," +
            "\"lastAssigned\":\"0\",\"batchDue\":false,\"queue\":{\"nextArrival\":\"0\",\"waiting\":[]},\"execution\":\"idle\"," +
            "\"lastExecuted\":\"0\",\"serviceDigest\":null,\"clients\":{\"window\":16,\"clients\":[]},\"backlog\":[]," +
            "\"ownCheckpoints\":[],\"checkpoints\":[],\"notedExecuted\":\"-1\",\"viewChanges\":[],\"deferredViewChanges\":[]," +
            "\"deferredNewViews\":[],\"newViews\":[],\"wantedNewViews\":[],\"accused\":[]}",
            Encoding.UTF8.GetString(StateCodec.Encode(genesis)));
    }

    [Fact]
    public void Every_place_of_the_window_is_the_same_after_reading()
    {
        var state = new StepGenerator(4).State(Configuration);
        var decoded = StateCodec.Decode(StateCodec.Encode(state), Configuration, state.Self);
        for (var n = state.Low.Next; n <= state.High; n = n.Next) Assert.Equal(n, decoded.SlotAt(n).SequenceNumber);
    }

    [Fact]
    public void Equal_states_have_one_fingerprint_and_a_change_gives_another()
    {
        var state = new StepGenerator(1).State(Configuration);
        var same = new StepGenerator(1).State(Configuration);
        Assert.Equal(StateFingerprint.Of(state), StateFingerprint.Of(same));
        Assert.NotEqual(StateFingerprint.Of(state), StateFingerprint.Of(state with { BatchDue = !state.BatchDue }));
    }

    [Fact]
    public void Another_replicas_state_is_refused()
    {
        var bytes = StateCodec.Encode(ReplicaState.Genesis(Configuration, new ReplicaId(1)));
        AssertRefused(bytes, Configuration, "this is the state of replica 1, and replica 2 is wanted");
    }

    [Fact]
    public void A_state_of_another_configuration_is_refused()
    {
        var bytes = StateCodec.Encode(new StepGenerator(4).State(Configuration));
        AssertRefused(bytes, Configuration with { ClientWindow = 8 }, "the client window is 16, and 8 in the configuration");
        AssertRefused(bytes, Configuration with { Replicas = 4, Faults = 1 }, "replicas ascend from 0 to 3");
        AssertRefused(bytes, Configuration with { CheckpointPeriod = 1, LogMultiplier = 2 }, "the places of the window ascend");
    }

    [Fact]
    public void A_damaged_state_is_refused_or_reads_as_a_state_but_never_fails_otherwise()
    {
        var data = StateCodec.Encode(new StepGenerator(6).State(Configuration));
        var refused = 0;
        for (var i = 0; i < data.Length; i += 97)
        {
            var changed = data.ToArray();
            changed[i] ^= (byte)(1 << (i % 7));
            try
            {
                StateCodec.Decode(changed, Configuration, new ReplicaId(2));
            }
            catch (LogFormatException)
            {
                refused++;
            }
        }

        Assert.True(refused > 0, "some damage must be refused");
    }

    [Fact]
    public void A_configuration_is_read_back()
    {
        var configuration = Configuration with { RequestTimeout = ClusterConfiguration.MaxMilliseconds, InitialServiceDigest = Digest.Of([1]), NullRequestTimeout = 7 };
        Assert.Equal(configuration, ConfigurationCodec.Decode(ConfigurationCodec.Encode(configuration)));
    }

    [Fact]
    public void A_configuration_has_every_property_that_can_be_set()
    {
        var settable = typeof(ClusterConfiguration).GetProperties().Where(property => property.CanWrite).Select(property => property.Name);
        var written = ConfigurationCodec.FieldNames.Select(name => name.EndsWith("Ms", StringComparison.Ordinal) ? name[..^2] : name);
        Assert.Equal(settable, written, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_configuration_is_readable_and_what_is_left_out_has_its_default()
    {
        Assert.StartsWith("{\n  \"replicas\": 7,\n  \"faults\": 2,\n", Encoding.UTF8.GetString(ConfigurationCodec.Encode(Configuration)), StringComparison.Ordinal);
        var read = ConfigurationCodec.Decode("{ \"faults\": 2, \"replicas\": 7 }"u8.ToArray());
        Assert.Equal(new ClusterConfiguration { Replicas = 7, Faults = 2 }, read);
    }

    [Theory]
    [InlineData("{\"replica\":4}", "\"replica\" is unknown; known are replicas, faults")]
    [InlineData("{\"faults\":1,\"faults\":1}", "twice")]
    [InlineData("{\"faults\":\"1\"}", "a whole number")]
    [InlineData("{\"faults\":-1}", "a whole number from 0")]
    [InlineData("{\"faults\":2}", "n must be at least 3f+1 = 7")]
    [InlineData("{\"batchSize\":3000000000}", "a whole number from 0 to 2147483647")]
    [InlineData("[]", "an object")]
    public void A_wrong_configuration_is_refused_with_its_reason(string json, string message)
    {
        var fault = Assert.Throws<LogFormatException>(() => ConfigurationCodec.Decode(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(byte[] bytes, ClusterConfiguration configuration, string message)
    {
        var fault = Assert.Throws<LogFormatException>(() => StateCodec.Decode(bytes, configuration, new ReplicaId(2)));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }
}
