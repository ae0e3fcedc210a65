using System.Text;
using PbftReference.Core.Types;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Host.Services;

public class KeyValueServiceTests
{
    private readonly KeyValueService _service = new();

    [Fact]
    public void A_value_is_put_got_replaced_and_deleted()
    {
        Assert.Equal("none", _service.Run("get k"));
        Assert.Equal("ok", _service.Run("put k one two"));
        Assert.Equal("ok one two", _service.Run("get k"));
        Assert.Equal("ok", _service.Run("put k "));
        Assert.Equal("ok ", _service.Run("get k"));
        Assert.Equal("ok", _service.Run("delete k"));
        Assert.Equal("none", _service.Run("delete k"));
        Assert.Equal("none", _service.Run("get k"));
    }

    [Fact]
    public void Compare_and_set_changes_only_what_was_expected()
    {
        Assert.Equal("none", _service.Run("cas k a b"));
        _service.Run("put k a");
        Assert.Equal("refused: the value is a", _service.Run("cas k x b"));
        Assert.Equal("ok a", _service.Run("get k"));
        Assert.Equal("ok", _service.Run("cas k a b c"));
        Assert.Equal("ok b c", _service.Run("get k"));
    }

    [Fact]
    public void A_transfer_moves_the_amount_and_refuses_overdraft()
    {
        _service.Run("put alice 100");
        Assert.Equal("ok 60 40", _service.Run("transfer alice bob 40"));
        Assert.Equal("refused: alice holds 60, less than 61", _service.Run("transfer alice bob 61"));
        Assert.Equal("ok 0 100", _service.Run("transfer alice bob 60"));
        Assert.Equal("refused: carol holds 0, less than 1", _service.Run("transfer carol bob 1"));
        Assert.Equal("ok 100 100", _service.Run("transfer bob bob 100"));
        Assert.Equal("none", _service.Run("get carol"));
        Assert.Equal(["alice: 0", "bob: 100"], _service.Entries().Select(entry => entry.ToString()));
    }

    [Theory]
    [InlineData("transfer rich full 1", "refused: full cannot hold that much")]
    [InlineData("transfer word rich 1", "refused: word does not hold a whole number")]
    [InlineData("transfer rich word 1", "refused: word does not hold a whole number")]
    [InlineData("transfer octal rich 1", "refused: octal does not hold a whole number")]
    [InlineData("transfer debt rich 1", "refused: debt holds -5, less than 1")]
    [InlineData("transfer rich new 0", "error: the amount is")]
    [InlineData("transfer rich new -1", "error: the amount is")]
    [InlineData("transfer rich new +1", "error: the amount is")]
    [InlineData("transfer rich new 1.0", "error: the amount is")]
    [InlineData("transfer rich new 1\0", "error: the amount is")]
    [InlineData("transfer rich new", "error: the amount is")]
    [InlineData("transfer rich", "error: a key has")]
    [InlineData("put", "error: a key has")]
    [InlineData("put  v", "error: a key has")]
    [InlineData("put k\n v", "error: a key has")]
    [InlineData("put k", "error: no value; write put KEY VALUE")]
    [InlineData("cas rich 10", "error: two values are needed; write cas KEY EXPECTED NEW")]
    [InlineData("get rich word", "error: a key has")]
    [InlineData("Get rich", "error: unknown operation; write get KEY | put KEY VALUE")]
    [InlineData("", "error: unknown operation; write")]
    public void What_is_refused_says_why_and_changes_nothing(string operation, string beginning)
    {
        foreach (var put in new[] { "rich 10", $"full {long.MaxValue}", "word ten", "octal 010", "debt -5" }) _service.Run("put " + put);
        var before = _service.Digest;
        Assert.StartsWith(beginning, _service.Run(operation), StringComparison.Ordinal);
        Assert.Equal(before, _service.Digest);
    }

    [Fact]
    public void Keys_and_values_are_taken_up_to_their_limits_and_not_beyond()
    {
        var (key, value) = (new string('k', KeyValueService.MaxKeySize), new string('v', KeyValueService.MaxValueSize));
        Assert.Equal("ok", _service.Run($"put {key} {value}"));
        Assert.Equal("ok " + value, _service.Run("get " + key));
        Assert.Equal("error: a key has 1 to 256 bytes, no spaces and no control characters", _service.Run($"put {key}k v"));
        Assert.Equal("error: a value has at most 65536 bytes", _service.Run($"put k {value}v"));
        Assert.Equal("error: a value has at most 65536 bytes", _service.Run($"cas k a {value}v"));
        Assert.StartsWith("error: not UTF-8", Encoding.UTF8.GetString(_service.Execute([0x70, 0xff])), StringComparison.Ordinal);
        var copy = new KeyValueService();
        copy.Install(_service.Capture().Pages);
        Assert.Equal(_service.Digest, copy.Digest);
    }

    [Fact]
    public void It_behaves_as_a_sorted_dictionary_does()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var service = new KeyValueService();
            var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
            var random = new Random(seed);
            for (var i = 0; i < 600; i++)
            {
                var (key, value) = ($"é{random.Next(200)}", new string((char)('a' + random.Next(26)), random.Next(200)));
                if (random.Next(5) < 3)
                {
                    Assert.Equal("ok", service.Run($"put {key} {value}"));
                    model[key] = value;
                }
                else
                {
                    Assert.Equal(model.TryGetValue(key, out var held) ? "ok " + held : "none", service.Run("get " + key));
                    Assert.Equal(model.Remove(key) ? "ok" : "none", service.Run("delete " + key));
                }
            }

            Assert.True(service.Capture().PageCount > 3);
            Assert.Equal(model.Select(pair => $"{pair.Key}: {pair.Value}"), service.Entries().Select(entry => entry.ToString()));
        }
    }

    [Fact]
    public void Transfers_keep_the_sum_and_no_account_goes_below_zero()
    {
        var random = new Random(3);
        for (var i = 0; i < 20; i++) _service.Run($"put a{i} 50");
        var done = 0;
        for (var i = 0; i < 2000; i++)
        {
            var result = _service.Run($"transfer a{random.Next(20)} a{random.Next(20)} {random.Next(1, 80)}");
            if (result.StartsWith("ok", StringComparison.Ordinal)) done++;
        }

        var balances = _service.Entries().Select(entry => long.Parse(entry.Text, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.InRange(done, 200, 1999);
        Assert.Equal(1000, balances.Sum());
        Assert.All(balances, balance => Assert.True(balance >= 0));
    }

    [Fact]
    public void Equal_contents_have_equal_pages_and_digest_whatever_the_history()
    {
        for (var seed = 0; seed < 15; seed++)
        {
            var random = new Random(seed);
            var service = Operations.ServiceAfter("kv", seed, 500);
            var contents = service.Entries().ToList();
            var rebuilt = new KeyValueService();
            // Another history: things that come and go first, then the same pairs in another order, some with a wrong value before.
            for (var i = 0; i < 50 * seed; i++) rebuilt.Run($"put gone{i} {new string('g', random.Next(500))}");
            _ = rebuilt.Digest;
            foreach (var entry in Shuffled(contents, random))
            {
                if (random.Next(3) == 0) rebuilt.Run($"put {entry.Label} {new string('x', random.Next(5000))}");
                if (random.Next(5) == 0) _ = rebuilt.Digest;
                rebuilt.Run($"put {entry.Label} {Encoding.UTF8.GetString(entry.Value.Span)}");
            }

            for (var i = 50 * seed - 1; i >= 0; i--) rebuilt.Run($"delete gone{i}");

            Assert.True(contents.Count > 50);
            Assert.Equal(service.Capture().PageDigests.AsEnumerable(), rebuilt.Capture().PageDigests.AsEnumerable());
            Assert.Equal(service.Digest, rebuilt.Digest);
        }
    }

    [Fact]
    public void Emptied_it_is_as_new()
    {
        for (var i = 0; i < 500; i++) _service.Run($"put k{i} {new string('v', 50)}");
        Assert.True(_service.Capture().PageCount > 10);
        for (var i = 0; i < 500; i++) _service.Run($"delete k{i}");
        Assert.Equal(new KeyValueService().Digest, _service.Digest);
        Assert.Equal(1, _service.Capture().PageCount);
    }

    [Fact]
    public void A_digest_differs_when_a_key_or_a_value_differs()
    {
        static Digest After(params string[] operations)
        {
            var service = new KeyValueService();
            foreach (var operation in operations) service.Run(operation);
            return service.Digest;
        }

        Digest[] digests =
            [After(), After("put a b"), After("put a c"), After("put b b"), After("put ab "), After("put a b", "put b a"), After("put a ")];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Pages_stay_near_the_target_as_the_contents_grow()
    {
        for (var i = 0; i < 30_000; i++)
        {
            _service.Run($"put account{i} {i}");
            if (i % 3000 != 0) continue;
            var pages = _service.Capture().Pages;
            Assert.True(pages.Max(page => page.Length) <= 2 * PageSet.TargetPageSize);
            Assert.InRange(pages.Average(page => page.Length), 0, PageSet.TargetPageSize);
        }

        Assert.True(_service.Capture().PageCount > 200);
    }

    private static List<ServiceEntry> Shuffled(List<ServiceEntry> entries, Random random)
    {
        var array = entries.ToArray();
        random.Shuffle(array);
        return [.. array];
    }
}
