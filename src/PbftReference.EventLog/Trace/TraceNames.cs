using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Trace;

/// <summary>The names of a trace's header.</summary>
public static class TraceNames
{
    /// <summary>The profiles.</summary>
    public static NameTable<TraceProfile> Profiles { get; } = new("profile", NameOf);

    /// <summary>The ways of authentication.</summary>
    public static NameTable<TraceAuthentication> Authentications { get; } = new("authentication", NameOf);

    private static string NameOf(TraceProfile profile) => profile switch
    {
        TraceProfile.NamedNewView => "named-new-view",
        TraceProfile.Osdi99 => "osdi99",
        TraceProfile.FabricPq => "fabric-pq",
    };

    private static string NameOf(TraceAuthentication authentication) => authentication switch
    {
        TraceAuthentication.Signatures => "signatures",
        TraceAuthentication.Macs => "macs",
        TraceAuthentication.None => "none",
    };
}
