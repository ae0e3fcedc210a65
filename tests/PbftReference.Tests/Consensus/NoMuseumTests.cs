using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using PbftReference.Consensus.Helper;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.State;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Runtime.Nodes;
using Xunit;

namespace PbftReference.Tests.Consensus;

/// <summary>
/// The seed's stack is no museum: a node reaches the protocol through <see cref="IConsenter.RecvMsg"/>, <see cref="IStack"/> and
/// <see cref="IEventReceiver"/>, and in no other way. Seen in the compiled assemblies.
/// </summary>
public class NoMuseumTests
{
    [Fact]
    public void The_runtime_neither_decides_nor_folds_nor_drives_a_replica_host()
    {
        var used = MembersUsed(typeof(ReplicaNode).Assembly).ToList();

        Assert.DoesNotContain(used, m => m.Type is "PbftReference.Core.Replica" or "PbftReference.Core.Fold" or "PbftReference.Host.Replicas.ReplicaRecovery");
        Assert.Equal(["get_State"], used.Where(m => m.Type == typeof(ReplicaHost).FullName).Select(m => m.Name).Distinct());
        Assert.Contains(used, m => m == (typeof(Engine).FullName!, "NewHandler"));
        Assert.DoesNotContain(used, m => m.Type == typeof(PbftConsenter).FullName && m.Name is not ("get_State" or "get_LogHead" or "get_Standing"));
    }

    [Fact]
    public void The_consenter_hands_everything_to_the_replica_as_an_event()
    {
        var used = MembersUsed(typeof(PbftConsenter).Assembly).ToList();

        Assert.DoesNotContain(used, m => m.Type is "PbftReference.Core.Replica" or "PbftReference.Core.Fold");
        var ofHost = used.Where(m => m.Type == typeof(ReplicaHost).FullName).Select(m => m.Name).ToHashSet();
        Assert.Contains(nameof(ReplicaHost.ProcessEvent), ofHost);
        Assert.DoesNotContain(nameof(ReplicaHost.Deliver), ofHost);
        Assert.True(typeof(IEventReceiver).IsAssignableFrom(typeof(ReplicaHost)));
        Assert.True(typeof(IEventReceiver).IsAssignableFrom(typeof(PbftConsenter)));
        Assert.True(typeof(IConsenter).IsAssignableFrom(typeof(PbftConsenter)));
    }

    [Fact]
    public void Of_the_node_the_consenter_knows_the_stack_and_nothing_else()
    {
        var ours = typeof(PbftParts).GetProperties().Select(p => p.PropertyType).Where(type => type.Assembly == typeof(PbftParts).Assembly && type != typeof(Type));

        Assert.Equal([typeof(ILogObserver), typeof(IStack), typeof(ITransactionObserver)], ours.OrderBy(type => type.Name));
        Assert.DoesNotContain(MembersUsed(typeof(PbftConsenter).Assembly), m => m.Type.StartsWith("System.Net.", StringComparison.Ordinal));
    }

    [Fact]
    public void Messages_reach_the_consenter_by_RecvMsg_alone()
    {
        var engine = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "src", "PbftReference.Consensus", "Helper", "Engine.cs"));

        Assert.Equal(2, engine.Split("Consenter.RecvMsg(").Length - 1);
    }

    /// <summary>D23: in Fabric fields of the core are read by other threads. Here one reference is, to state and log's end of one moment, which never change.</summary>
    [Fact]
    public void D23_other_threads_see_whole_states_only()
    {
        var shared = typeof(PbftConsenter).GetField("_standing", BindingFlags.Instance | BindingFlags.NonPublic)!;

        Assert.Contains(typeof(IsVolatile), shared.GetRequiredCustomModifiers());
        Assert.Equal(typeof(Standing), shared.FieldType);
        Assert.All(((Type[])[typeof(Standing), typeof(ReplicaState)]).SelectMany(type => type.GetProperties()).Where(p => p.SetMethod is not null), p => Assert.Contains(
            typeof(IsExternalInit), p.SetMethod!.ReturnParameter.GetRequiredCustomModifiers()));
        Assert.All(typeof(PbftConsenter).GetProperties(), p => Assert.Null(p.SetMethod));
    }

    /// <summary>The members of other assemblies' types that an assembly's code refers to.</summary>
    private static IEnumerable<(string Type, string Name)> MembersUsed(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference) continue;
            var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            yield return ($"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}", metadata.GetString(member.Name));
        }
    }
}
