using EventStore.Client;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>The schemes of KurrentDB, which the package of this name does not read in every version.</summary>
public class KurrentSchemeWireTests
{
    [Theory]
    [InlineData("kurrentdb")]
    [InlineData("kdb")]
    [InlineData("kurrent")]
    public void A_scheme_of_KurrentDB_means_the_same(string scheme)
    {
        Assert.Equal(new Uri("http://h:2113"), EventStoreClientSettings.Create($"{scheme}://h?tls=false").ConnectivitySettings.Address);
        Assert.Single(EventStoreClientSettings.Create($"{scheme}+discover://h").ConnectivitySettings.DnsGossipSeeds!);
    }

    [Fact]
    public void A_message_about_credentials_does_not_repeat_them() => Assert.DoesNotContain(
        "secret",
        Assert.Throws<InvalidUserCredentialsException>(() => EventStoreClientSettings.Create("esdb://a:secret:b@h")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("gossipTimeout=-1")]
    [InlineData("defaultDeadline=-1")]
    [InlineData("discoveryInterval=-1")]
    public void A_duration_that_has_no_meaning_is_refused(string option) =>
        Assert.Throws<InvalidSettingException>(() => EventStoreClientSettings.Create($"esdb://h?{option}"));

    [Fact]
    public void A_ping_is_never_sooner_than_the_handler_takes_it()
    {
        using var handler = Assert.IsType<SocketsHttpHandler>(
            EventStoreClientSettings.Create("esdb://h?keepAliveInterval=5&keepAliveTimeout=-1").CreateHttpMessageHandler!());
        Assert.Equal((TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan), (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout));
    }
}
