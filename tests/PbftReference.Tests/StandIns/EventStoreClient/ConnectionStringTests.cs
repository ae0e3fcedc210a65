using System.Net;
using EventStore.Client;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>What a connection string sets, and which strings are none.</summary>
public class ConnectionStringTests
{
    [Fact]
    public void Without_options_everything_is_as_by_default()
    {
        var settings = EventStoreClientSettings.Create("esdb://localhost");

        Assert.Equal(new Uri("https://localhost:2113"), settings.ConnectivitySettings.Address);
        Assert.True(settings.ConnectivitySettings is { IsSingleNode: true, Insecure: false, TlsVerifyCert: true, TlsCaFile: null, ClientCertificate: null });
        Assert.Equal(NodePreference.Leader, settings.ConnectivitySettings.NodePreference);
        Assert.Equal(10, settings.ConnectivitySettings.MaxDiscoverAttempts);
        Assert.Equal(TimeSpan.FromMilliseconds(100), settings.ConnectivitySettings.DiscoveryInterval);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.ConnectivitySettings.GossipTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.ConnectivitySettings.KeepAliveInterval);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.ConnectivitySettings.KeepAliveTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.DefaultDeadline);
        Assert.True(settings.OperationOptions.ThrowOnAppendFailure);
        Assert.Null(settings.DefaultCredentials);
        Assert.Null(settings.ConnectionName);
        Assert.NotNull(settings.CreateHttpMessageHandler);
    }

    [Fact]
    public void Every_option_sets_its_setting_whatever_the_case_of_its_key()
    {
        var settings = EventStoreClientSettings.Create(
            "esdb://user:p%40ss/?@host:1234/?TLS=false&tlsverifycert=False&NODEPREFERENCE=readonlyreplica&maxDiscoverAttempts=3&discoveryInterval=7"
            + "&gossipTimeout=8&keepAliveInterval=2000&keepAliveTimeout=-1&defaultDeadline=1500&throwOnAppendFailure=false&connectionName=a b");

        Assert.Equal(new Uri("http://host:1234"), settings.ConnectivitySettings.Address);
        Assert.Equal(("user", "p%40ss/?"), (settings.DefaultCredentials!.Username, settings.DefaultCredentials.Password));
        Assert.True(settings.ConnectivitySettings is { Insecure: true, TlsVerifyCert: false, NodePreference: NodePreference.ReadOnlyReplica, MaxDiscoverAttempts: 3 });
        Assert.Equal(TimeSpan.FromMilliseconds(7), settings.ConnectivitySettings.DiscoveryInterval);
        Assert.Equal(TimeSpan.FromMilliseconds(8), settings.ConnectivitySettings.GossipTimeout);
        Assert.Equal(TimeSpan.FromSeconds(2), settings.ConnectivitySettings.KeepAliveInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.ConnectivitySettings.KeepAliveTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1.5), settings.DefaultDeadline);
        Assert.False(settings.OperationOptions.ThrowOnAppendFailure);
        Assert.Equal("a b", settings.ConnectionName);
    }

    [Theory]
    [InlineData("leader", NodePreference.Leader)]
    [InlineData("Follower", NodePreference.Follower)]
    [InlineData("random", NodePreference.Random)]
    [InlineData("readOnlyReplica", NodePreference.ReadOnlyReplica)]
    public void A_node_preference_is_one_of_four(string text, NodePreference expected) =>
        Assert.Equal(expected, EventStoreClientSettings.Create($"esdb://h?nodePreference={text}").ConnectivitySettings.NodePreference);

    [Theory]
    [InlineData("esdb://h", false)]
    [InlineData("esdb://h/", false)]
    [InlineData("esdb+discover://h", true)]
    [InlineData("esdb://h,i", true)]
    [InlineData("esdb+discover://h,i", true)]
    public void One_host_is_a_node_several_or_discover_are_seeds(string text, bool seeds)
    {
        var settings = EventStoreClientSettings.Create(text).ConnectivitySettings;

        Assert.Equal(seeds, !settings.IsSingleNode);
        Assert.Equal(seeds, settings.Address is null);
        Assert.Equal(seeds ? text.Contains(',', StringComparison.Ordinal) ? 2 : 1 : 0, settings.GossipSeeds.Length);
    }

    [Fact]
    public void Seeds_are_addresses_if_all_of_them_are()
    {
        var addresses = EventStoreClientSettings.Create("esdb://127.0.0.1:1,127.0.0.2").ConnectivitySettings;
        var names = EventStoreClientSettings.Create("esdb://127.0.0.1:1,host").ConnectivitySettings;

        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Parse("127.0.0.2"), 2113)], addresses.IpGossipSeeds);
        Assert.Null(addresses.DnsGossipSeeds);
        Assert.Equal([new DnsEndPoint("127.0.0.1", 1), new DnsEndPoint("host", 2113)], names.DnsGossipSeeds);
        Assert.Null(names.IpGossipSeeds);
    }

    [Theory]
    [InlineData("", typeof(NoSchemeException))]
    [InlineData("localhost", typeof(NoSchemeException))]
    [InlineData("esdb:/localhost", typeof(NoSchemeException))]
    [InlineData("http://localhost", typeof(InvalidSchemeException))]
    [InlineData("ESDB://localhost", typeof(InvalidSchemeException))]
    [InlineData("esdb+discovery://localhost", typeof(InvalidSchemeException))]
    [InlineData("esdb://user@localhost", typeof(InvalidUserCredentialsException))]
    [InlineData("esdb://a:b:c@localhost", typeof(InvalidUserCredentialsException))]
    [InlineData("esdb://@localhost", typeof(InvalidUserCredentialsException))]
    [InlineData("esdb://", typeof(InvalidHostException))]
    [InlineData("esdb://:2113", typeof(InvalidHostException))]
    [InlineData("esdb://a,", typeof(InvalidHostException))]
    [InlineData("esdb://a:x", typeof(InvalidHostException))]
    [InlineData("esdb://a:", typeof(InvalidHostException))]
    [InlineData("esdb://a:1:2", typeof(InvalidHostException))]
    [InlineData("esdb://a:65536", typeof(InvalidHostException))]
    [InlineData("esdb://a:-1", typeof(InvalidHostException))]
    [InlineData("esdb://a/path", typeof(ConnectionStringParseException))]
    [InlineData("esdb://a/path?tls=true", typeof(ConnectionStringParseException))]
    [InlineData("esdb://a?tls", typeof(InvalidKeyValuePairException))]
    [InlineData("esdb://a?", typeof(InvalidKeyValuePairException))]
    [InlineData("esdb://a?tls=true=false", typeof(InvalidKeyValuePairException))]
    [InlineData("esdb://a?tls=true&", typeof(InvalidKeyValuePairException))]
    [InlineData("esdb://a?tls=true&TLS=true", typeof(DuplicateKeyException))]
    [InlineData("esdb://a?nope=1", typeof(InvalidSettingException))]
    [InlineData("esdb://a?tls=yes", typeof(InvalidSettingException))]
    [InlineData("esdb://a?tlsVerifyCert=", typeof(InvalidSettingException))]
    [InlineData("esdb://a?nodePreference=any", typeof(InvalidSettingException))]
    [InlineData("esdb://a?nodePreference=1", typeof(InvalidSettingException))]
    [InlineData("esdb://a?maxDiscoverAttempts=x", typeof(InvalidSettingException))]
    [InlineData("esdb://a?gossipTimeout=1.5", typeof(InvalidSettingException))]
    [InlineData("esdb://a?defaultDeadline=99999999999", typeof(InvalidSettingException))]
    [InlineData("esdb://a?keepAliveInterval=-2", typeof(InvalidSettingException))]
    [InlineData("esdb://a?throwOnAppendFailure=1", typeof(InvalidSettingException))]
    [InlineData("esdb://a?tlsCaFile=/there/is/no/such/file", typeof(InvalidClientCertificateException))]
    [InlineData("esdb://a?userCertFile=/there/is/no/such/file", typeof(InvalidClientCertificateException))]
    [InlineData("esdb://a?userKeyFile=/there/is/no/such/file", typeof(InvalidClientCertificateException))]
    public void A_string_that_cannot_be_read_says_what_is_wrong(string text, Type expected)
    {
        var exception = Assert.ThrowsAny<ConnectionStringParseException>(() => EventStoreClientSettings.Create(text));
        Assert.IsType(expected, exception);
    }

    [Fact]
    public void A_file_that_is_no_certificate_is_told()
    {
        var file = typeof(ConnectionStringTests).Assembly.Location;
        foreach (var options in (string[])[$"tlsCaFile={file}", $"userCertFile={file}&userKeyFile={file}"])
        {
            Assert.Throws<InvalidClientCertificateException>(() => EventStoreClientSettings.Create($"esdb://a?{options}"));
        }
    }
}
