using System.Text;
using PbftReference.Core.Types;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Host.Services;

/// <summary>What holds for every service.</summary>
public class ServicePropertyTests
{
    public static TheoryData<string> Names => [.. ServiceFactory.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_installed_checkpoint_has_the_same_digest_and_behaves_the_same_ever_after(string name)
    {
        for (var seed = 0; seed < 15; seed++)
        {
            var original = Operations.ServiceAfter(name, seed, 40 * seed);
            var copy = Operations.ServiceAfter(name, seed + 1000, 25);
            copy.Install(original.Capture().Pages);
            Assert.Equal(original.Digest, copy.Digest);
            Assert.Equal(Listing(original), Listing(copy));

            var random = new Random(seed);
            for (var i = 0; i < 60; i++)
            {
                var operation = Operations.Draw(random);
                Assert.Equal(original.Execute(operation), copy.Execute(operation));
                if (i % 7 == 0) Assert.Equal(original.Digest, copy.Digest);
            }

            Assert.Equal(PagesOf(original.Capture()), PagesOf(copy.Capture()));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_incremental_digest_is_the_digest_from_scratch(string name)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var service = ServiceFactory.Create(name);
            for (var i = 0; i < 300; i++)
            {
                service.Execute(Operations.Draw(random));
                if (random.Next(10) == 0) RequireDigestFromScratch(service);
            }

            RequireDigestFromScratch(service);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reading_the_digest_more_or_less_often_does_not_change_it(string name)
    {
        var (often, once) = (ServiceFactory.Create(name), ServiceFactory.Create(name));
        var random = new Random(4);
        var seen = new HashSet<Digest>();
        for (var i = 0; i < 400; i++)
        {
            var operation = Operations.Draw(random);
            often.Execute(operation);
            once.Execute(operation);
            seen.Add(often.Digest);
        }

        Assert.Equal(often.Digest, once.Digest);
        Assert.True(seen.Count > 100);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_captured_checkpoint_does_not_change_when_the_service_goes_on(string name)
    {
        var service = Operations.ServiceAfter(name, 1, 300);
        var checkpoint = service.Capture();
        var (digest, pages) = (checkpoint.Digest, PagesOf(checkpoint));

        var random = new Random(2);
        for (var i = 0; i < 300; i++) service.Execute(Operations.Draw(random));
        Assert.NotEqual(digest, service.Digest);
        service.Install(ServiceFactory.Create(name).Capture().Pages);

        Assert.Equal(pages, PagesOf(checkpoint));
        Assert.Equal(digest, PageTree.Root([.. checkpoint.Pages.Select(page => PageTree.PageDigest(page.Span))]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pages_that_did_not_change_are_shared_between_checkpoints(string name)
    {
        var service = Operations.ServiceAfter(name, 1, 400);
        var before = service.Capture();
        service.Execute("put key1 changed");
        var after = service.Capture();

        var shared = Enumerable.Range(0, Math.Min(before.PageCount, after.PageCount)).Count(i => before.Page(i).Equals(after.Page(i)));
        Assert.True(before.PageCount > 8);
        Assert.InRange(after.PageCount - shared, 1, 5);
        Assert.NotEqual(before.Digest, after.Digest);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_flip_of_any_byte_of_any_page_changes_the_root(string name)
    {
        var checkpoint = Operations.ServiceAfter(name, 6, 40).Capture();
        Assert.True(checkpoint.PageCount >= 2);
        for (var page = 0; page < checkpoint.PageCount; page++)
        {
            for (var at = 0; at < checkpoint.Page(page).Length; at++)
            {
                var flipped = PageTree.PageDigest(Flipped(checkpoint.Page(page), at));
                Assert.NotEqual(checkpoint.Digest, PageTree.Root([.. checkpoint.PageDigests.SetItem(page, flipped)]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_page_with_a_flipped_byte_is_refused_or_gives_another_digest(string name)
    {
        var checkpoint = Operations.ServiceAfter(name, 6, 40).Capture();
        var (refused, installed) = (0, 0);
        for (var page = 0; page < checkpoint.PageCount; page++)
        {
            // Every byte at the beginning of a page, fewer and fewer behind.
            for (var at = 0; at < checkpoint.Page(page).Length; at += 1 + at / 40)
            {
                var pages = checkpoint.Pages.ToList();
                pages[page] = Flipped(checkpoint.Page(page), at);
                var target = Operations.ServiceAfter(name, 7, 3);
                var before = target.Digest;
                if (Record.Exception(() => target.Install(pages)) is { } error)
                {
                    refused++;
                    Assert.IsType<InvalidDataException>(error);
                    Assert.Equal(before, target.Digest);
                }
                else
                {
                    installed++;
                    Assert.NotEqual(checkpoint.Digest, target.Digest);
                }
            }
        }

        Assert.True(refused > 20 && installed > 20, $"refused {refused}, installed {installed}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pages_missing_swapped_doubled_cut_or_foreign_are_refused_and_the_old_state_stands(string name)
    {
        var pages = Operations.ServiceAfter(name, 8, 400).Capture().Pages;
        var foreign = Operations.ServiceAfter(ServiceFactory.Names.Single(other => other != name), 8, 50).Capture().Pages;
        var target = Operations.ServiceAfter(name, 9, 100);
        var (digest, listing) = (target.Digest, Listing(target));
        List<IReadOnlyList<ReadOnlyMemory<byte>>> bad =
        [
            [],
            [ReadOnlyMemory<byte>.Empty],
            [.. pages.Skip(1)],
            [pages[1], pages[0], .. pages.Skip(2)],
            [pages[0], .. pages],
            [.. pages, pages[^1]],
            [.. pages.SkipLast(1), pages[^1][..^1]],
            [.. pages.SkipLast(1), new byte[pages[^1].Length]],
            [.. pages.Skip(1).Prepend(pages[0].ToArray().Append((byte)0).ToArray())],
            foreign,
        ];

        Assert.All(bad, set =>
        {
            var error = Assert.Throws<InvalidDataException>(() => target.Install(set));
            Assert.Contains("page ", error.Message, StringComparison.Ordinal);
            Assert.Equal(digest, target.Digest);
            Assert.Equal(listing, Listing(target));
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Noise_as_pages_is_refused(string name)
    {
        var magic = ServiceFactory.Create(name).Capture().Page(0)[..4].ToArray();
        var random = new Random(10);
        for (var i = 0; i < 2000; i++)
        {
            var service = ServiceFactory.Create(name);
            byte[] page = [.. magic, .. Operations.Noise(random)];
            if (page.Length == magic.Length) continue;
            Assert.Throws<InvalidDataException>(() => service.Install([page]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_bytes_are_an_operation_and_get_a_result(string name)
    {
        var (service, twin) = (ServiceFactory.Create(name), ServiceFactory.Create(name));
        var random = new Random(11);
        List<byte[]> operations = [[], [0], [0xff], [0xc3], new byte[100_000], .. Enumerable.Range(0, 256).Select(b => new[] { (byte)b })];
        foreach (var verb in new[] { "get", "put", "cas", "delete", "transfer", "PUT", "" })
        {
            foreach (var tail in new[] { "", " ", "  ", "   ", " a", " a ", " a b", " a b ", " a b c", " a b -1", " a b 99999999999999999999", " \0 1", " \ud83d\ude00 1 2" })
            {
                operations.Add(Encoding.UTF8.GetBytes(verb + tail));
                operations.Add([.. Encoding.UTF8.GetBytes(verb + tail), .. Operations.Noise(random)]);
            }
        }

        foreach (var operation in operations)
        {
            var result = service.Execute(operation);
            Assert.NotEmpty(result);
            Assert.Equal(result, twin.Execute(operation));
        }

        Assert.Equal(service.Digest, twin.Digest);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_cost_of_a_digest_follows_the_change_and_not_the_size(string name)
    {
        var service = ServiceFactory.Create(name);
        for (var i = 0; i < 20_000; i++) service.Execute($"put key{i} {new string('v', 100)}");
        Assert.True(service.Capture().PageCount > 500);
        var settled = service.PagesHashed;

        _ = service.Digest;
        _ = service.Capture();
        Assert.Equal(settled, service.PagesHashed);

        service.Execute("put key77 changed");
        _ = service.Digest;
        Assert.InRange(service.PagesHashed - settled, 1, 3);

        settled = service.PagesHashed;
        for (var i = 0; i < 50; i++) service.Execute($"put key{i} again");
        _ = service.Digest;
        Assert.InRange(service.PagesHashed - settled, 1, 60);
    }

    private static void RequireDigestFromScratch(IService service)
    {
        var checkpoint = service.Capture();
        var digests = checkpoint.Pages.Select(page => PageTree.PageDigest(page.Span)).ToArray();
        Assert.Equal(digests, checkpoint.PageDigests);
        Assert.Equal(PageTree.Root(digests), service.Digest);
        Assert.Equal(checkpoint.Digest, service.Digest);
        Assert.Equal(checkpoint.PageCount, checkpoint.Pages.Count);
    }

    private static byte[] Flipped(ReadOnlyMemory<byte> page, int at)
    {
        var bytes = page.ToArray();
        bytes[at] ^= (byte)(1 << (at % 8));
        return bytes;
    }

    private static string[] Listing(IService service) => [.. service.Entries().Select(entry => entry.ToString())];

    private static string[] PagesOf(ServiceCheckpoint checkpoint) => [.. checkpoint.Pages.Select(page => Convert.ToHexString(page.Span))];
}
