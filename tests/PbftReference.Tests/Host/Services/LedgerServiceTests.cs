using PbftReference.Core.Types;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Host.Services;

public class LedgerServiceTests
{
    [Fact]
    public void The_result_is_the_position_from_one_up()
    {
        var ledger = new LedgerService();
        Assert.Equal(["1", "2", "3"], new[] { "a", "", "a" }.Select(ledger.Run));
        Assert.Equal(3, ledger.Count);
    }

    [Fact]
    public void The_listing_holds_the_operations_in_order_with_client_and_timestamp()
    {
        var ledger = new LedgerService();
        ledger.Execute(new ClientId(7), new Timestamp(1), "pay"u8);
        ledger.Execute(new ClientId(8), new Timestamp(4), [0xff, 0x00]);
        ledger.Execute(new ClientId(7), new Timestamp(2), "0xff00"u8);

        Assert.Equal(
            ["1 c7 t1: pay", "2 c8 t4: 0xff00", "3 c7 t2: 0x307866663030"],
            ledger.Entries().Select(entry => entry.ToString()));
    }

    [Fact]
    public void Order_client_timestamp_and_operation_are_all_in_the_digest()
    {
        static Digest After(params (long Client, long Timestamp, string Operation)[] calls)
        {
            var ledger = new LedgerService();
            foreach (var (c, t, o) in calls) ledger.Execute(new ClientId(c), new Timestamp(t), System.Text.Encoding.UTF8.GetBytes(o));
            return ledger.Digest;
        }

        Digest[] digests =
        [
            After(), After((1, 1, "a"), (1, 2, "b")), After((1, 2, "b"), (1, 1, "a")), After((2, 1, "a"), (1, 2, "b")),
            After((1, 3, "a"), (1, 2, "b")), After((1, 1, "ab"), (1, 2, "")),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Full_pages_never_change_again_and_no_page_is_above_the_bound()
    {
        var ledger = new LedgerService();
        var random = new Random(1);
        var seen = new List<Digest>();
        for (var i = 0; i < 500; i++)
        {
            ledger.Execute(new byte[random.Next(700)]);
            var digests = ledger.Capture().PageDigests;
            Assert.Equal(seen, digests.Take(seen.Count));
            seen = [.. digests.SkipLast(1)];
        }

        Assert.True(seen.Count > 30);
        Assert.All(ledger.Capture().Pages, page => Assert.InRange(page.Length, 1, PageSet.TargetPageSize));
    }

    [Fact]
    public void An_operation_larger_than_a_page_gets_a_page_of_its_own()
    {
        var ledger = new LedgerService();
        ledger.Run("small");
        ledger.Execute(new byte[100_000]);
        ledger.Run("small");

        Assert.Equal([12 + 20 + 5, 12 + 20 + 100_000, 12 + 20 + 5], ledger.Capture().Pages.Select(page => page.Length));
    }

    [Theory]
    [InlineData(4096 - 32, 1)]
    [InlineData(4096 - 32 + 1, 2)]
    public void A_page_is_filled_to_its_last_byte_before_the_next_begins(int bytesOfBoth, int pages)
    {
        var ledger = new LedgerService();
        ledger.Execute(new byte[100]);
        ledger.Execute(new byte[bytesOfBoth - 100 - 20]);
        Assert.Equal(pages, ledger.Capture().PageCount);
    }

    [Fact]
    public void The_digest_of_known_operations_is_fixed()
    {
        var ledger = new LedgerService();
        ledger.Run("a");
        ledger.Run("b");
        Assert.Equal(PageTree.Root([PageTree.PageDigest(Convert.FromHexString(
            "504c4731" + "0000000000000001" +
            "0000000000000003" + "0000000000000005" + "00000001" + "61" +
            "0000000000000003" + "0000000000000005" + "00000001" + "62"))]), ledger.Digest);
    }
}
