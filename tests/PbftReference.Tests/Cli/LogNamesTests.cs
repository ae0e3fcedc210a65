using PbftReference.Cli.Output;
using PbftReference.Core.Events;
using PbftReference.Core.Rules;
using PbftReference.EventLog.Codec;
using Xunit;

namespace PbftReference.Tests.Cli;

public class LogNamesTests
{
    [Fact]
    public void Tables_show_the_names_that_the_log_has()
    {
        Assert.All(Enum.GetValues<Refusal>(), value => Assert.Equal(Names.Refusals.Of(value), LogNames.Of(value)));
        Assert.All(Enum.GetValues<ViewChangeReason>(), value => Assert.Equal(Names.ViewChangeReasons.Of(value), LogNames.Of(value)));
        Assert.Equal("no such thing", LogNames.Of("no such thing"));
    }
}
