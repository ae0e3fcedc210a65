using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Host.Services;

public class ServiceFactoryTests
{
    [Fact]
    public void Every_name_makes_the_service_of_that_name()
    {
        Assert.Equal(["ledger", "kv"], ServiceFactory.Names.AsEnumerable());
        Assert.All(ServiceFactory.Names, name => Assert.Equal(name, ServiceFactory.Create(name).Name));
    }

    [Fact]
    public void An_unknown_name_is_refused_with_the_choices()
    {
        var error = Assert.Throws<ArgumentException>(() => ServiceFactory.Create("Ledger"));
        Assert.Contains("\"Ledger\"; choose one of: ledger, kv", error.Message, StringComparison.Ordinal);
    }
}
