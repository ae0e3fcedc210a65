using PbftReference.Core.Effects;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;
using PbftReference.Host.Signing;
using PbftReference.Tests.Core;
using Xunit;

namespace PbftReference.Tests.Host.Replicas;

/// <summary>The host that the simulation drives in virtual time runs as it is on the event thread and the clock of a real process.</summary>
public sealed class HostOnRealTimeTests : ITransport, IReplicaBackground, ISigner, ISignatureVerifier
{
    private readonly TaskCompletionSource<Reply> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static ReplicaId Self => new(0);

    ReplicaId ISigner.Replica => Self;

    [Fact]
    public async Task A_cluster_of_one_executes_a_request_and_answers_it()
    {
        using var store = new InMemoryEventStore();
        var configuration = new ClusterConfiguration { Replicas = 1, Faults = 0, BatchTimeout = 1, InitialServiceDigest = new LedgerService().Digest }.Validate();
        var genesis = new PbftReference.Host.Genesis("alone", configuration, LedgerService.ServiceName, Digest.None);
        var recovered = ReplicaRecovery.Recover(store, genesis, Self);
        var manager = new EventManager(fault => _answered.TrySetException(fault));
        var host = new ReplicaHost(new ReplicaParts(
            genesis, recovered.State, recovered.Log, recovered.Service, this, this, this, this, manager, new SystemClock(), null, new SnapshotPolicy()));

        host.Start(Say.Hash("once"));
        var request = Say.Request(3, 1, "hello");
        host.Deliver(WireFormat.Encode(request.Statement, request.Signature));

        var reply = await _answered.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((3, 1, "1"), (reply.Client.Value, reply.Timestamp.Value, System.Text.Encoding.ASCII.GetString(reply.Result.AsSpan())));
        host.Halt();
        await manager.Completion.WaitAsync(TimeSpan.FromMinutes(1));
    }

    void ITransport.Send(ReplicaId to, byte[] frame) => throw new InvalidOperationException("there is nobody else");

    void ITransport.Send(ClientId to, byte[] frame) => _answered.TrySetResult((Reply)WireFormat.Decode(frame).Statement);

    void IReplicaBackground.FlushSoon(ReplicaHost host)
    {
        host.Log.Flush();
        host.OnDurable();
    }

    void IReplicaBackground.ExecuteSoon(ReplicaHost host, Execute effect) => host.Deliver(host.Service.Run(effect));

    Signature ISigner.Sign(Digest statement, long revision, Digest chainHead) => new(revision, chainHead, [1]);

    bool ISignatureVerifier.IsSignedBy(ReplicaId replica, Digest statement, Signature signature) => true;

    bool ISignatureVerifier.IsSignedBy(ClientId client, Digest statement, Signature signature) => true;
}
