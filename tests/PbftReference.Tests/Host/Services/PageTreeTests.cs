using System.Security.Cryptography;
using PbftReference.Core.Types;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Host.Services;

public class PageTreeTests
{
    [Fact]
    public void A_root_is_the_hash_of_tagged_count_nodes_and_pages()
    {
        byte[] Hash(params byte[][] parts) => SHA256.HashData(parts.SelectMany(part => part).ToArray());
        var (a, b, c) = (Hash([0], "a"u8.ToArray()), Hash([0], "b"u8.ToArray()), Hash([0], "c"u8.ToArray()));
        var top = Hash([1], Hash([1], a, b), c);
        var expected = Hash([2], [0, 0, 0, 0, 0, 0, 0, 3], top);

        Assert.Equal(new Digest(a), PageTree.PageDigest("a"u8));
        Assert.Equal(new Digest(expected), PageTree.Root([new Digest(a), new Digest(b), new Digest(c)]));
    }

    [Fact]
    public void No_list_of_pages_stands_for_another_shape()
    {
        var (a, b) = (PageTree.PageDigest("a"u8), PageTree.PageDigest("b"u8));
        var node = new Digest(SHA256.HashData([1, .. a.ToArray(), .. b.ToArray()]));
        byte[] concatenated = [.. a.ToArray(), .. b.ToArray()];
        Digest[] roots =
        [
            PageTree.Root([]), PageTree.Root([Digest.None]), PageTree.Root([a]), PageTree.Root([b]), PageTree.Root([a, b]),
            PageTree.Root([b, a]), PageTree.Root([a, b, b]), PageTree.Root([a, b, Digest.None]), PageTree.Root([a, b, a, b]),
            PageTree.Root([node]), PageTree.Root([node, node]), PageTree.Root([PageTree.PageDigest(concatenated)]),
            PageTree.Root([PageTree.PageDigest([1, .. concatenated])]), a, b, node,
        ];

        Assert.Equal(roots.Length, roots.Distinct().Count());
    }

    [Fact]
    public void The_incremental_tree_equals_the_tree_from_scratch_after_any_changes()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var tree = new IncrementalPageTree();
            var model = new List<Digest>();
            for (var step = 0; step < 150; step++)
            {
                Change(random, tree, model);
                // Reading only now and then lets changes pile up between two reads.
                if (random.Next(3) == 0) Assert.Equal(PageTree.Root([.. model]), tree.Root);
            }

            Assert.Equal(model.Count, tree.Count);
            Assert.Equal(PageTree.Root([.. model]), tree.Root);
        }
    }

    [Fact]
    public void A_change_of_one_page_hashes_one_node_per_level()
    {
        var tree = new IncrementalPageTree();
        for (var i = 0; i < 1000; i++) tree.Set(i, Digest.Of([(byte)i]));
        var before = tree.Root;
        Assert.Equal(999, tree.NodesHashed);

        tree.Set(517, Digest.Of("other"u8));

        Assert.NotEqual(before, tree.Root);
        Assert.Equal(999 + 10, tree.NodesHashed);
        Assert.Equal(tree.Root, tree.Root);
        Assert.Equal(999 + 10, tree.NodesHashed);
    }

    [Fact]
    public void An_index_with_a_gap_before_it_is_refused()
    {
        var tree = new IncrementalPageTree();
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Set(1, Digest.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Set(-1, Digest.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Truncate(1));
        Assert.Equal(PageTree.Root([]), tree.Root);
    }

    private static void Change(Random random, IncrementalPageTree tree, List<Digest> model)
    {
        if (random.Next(10) == 0)
        {
            var count = random.Next(model.Count + 1);
            tree.Truncate(count);
            model.RemoveRange(count, model.Count - count);
            return;
        }

        var digest = Digest.Of(BitConverter.GetBytes(random.Next()));
        var index = random.Next(3) == 0 ? random.Next(model.Count + 1) : model.Count;
        tree.Set(index, digest);
        if (index == model.Count) model.Add(digest);
        else model[index] = digest;
    }
}
