using System.Text;
using Newtonsoft.Json.Linq;
using PbftReference.EventLog.Codec;
using PbftReference.Host;

namespace PbftReference.Cli.Comparing;

/// <summary>What makes one cluster another.</summary>
internal static class ClusterDifference
{
    /// <summary>The differences of two clusters in words; null if they are the same.</summary>
    public static string? Between(Genesis one, Genesis other)
    {
        if (one.Digest == other.Digest) return null;
        List<string> words = [];
        Add("name", one.Cluster, other.Cluster);
        Add("service", one.Service, other.Service);
        Add("nonce", one.Nonce.ToShortString(), other.Nonce.ToShortString());
        var settings = SettingsOf(other);
        foreach (var (name, value) in SettingsOf(one)) Add(name, $"{value}", $"{settings[name]}");
        return string.Join(", ", words);

        void Add(string what, string left, string right)
        {
            if (left != right) words.Add($"{what} {Shortened(left)} and {Shortened(right)}");
        }
    }

    private static JObject SettingsOf(Genesis genesis) => JObject.Parse(Encoding.UTF8.GetString(ConfigurationCodec.Encode(genesis.Configuration)));

    // digests are as long as nobody reads
    private static string Shortened(string value) => value.Length == 64 ? value[..8] : value;
}
