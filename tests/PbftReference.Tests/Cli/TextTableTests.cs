using PbftReference.Cli.Output;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>Tables for people.</summary>
public sealed class TextTableTests
{
    [Fact]
    public void Numbers_stand_to_the_right_and_a_column_of_nothing_but_dashes_to_the_left() =>
        Assert.Equal(["carried  count", "-            1", "-           10"], TextTable.Lines(["carried", "count"], [["-", "1"], ["-", "10"]]));

    [Fact]
    public void A_cell_that_would_be_too_wide_goes_on_in_the_next_line() =>
        Assert.Equal(["n  by", "1  r0 r2", "   r4 r6", "2  r0-r6"], TextTable.Lines(["n", "by"], [["1", "r0 r2 r4 r6"], ["2", "r0-r6"]], 9));
}
