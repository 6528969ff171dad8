using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Tests.Traits;

/// <summary>What was tried and taken back leaves no byte behind, full tables included.</summary>
public sealed class TakeBackTests
{
    static readonly DetectionKey Key = DetectionKey.FromText("take back");

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(20_000)] // so small that traits are given up again and again
    public void Traits_tried_in_several_blocks_are_taken_back(long maxBytes)
    {
        var random = new Random(3);
        var (tried, twin) = (new TraitPartition(1024, maxBytes), new TraitPartition(1024, maxBytes));
        for (var round = 0; round < 60; round++)
        {
            var before = Bytes(tried.Write);
            for (var block = 0; block < random.Next(4); block++)
            {
                var guesses = Sightings(random, random.Next(400));
                tried.Keep(guesses.Select(s => s.Trait.Value).ToHashSet());
                tried.Sight(guesses);
            }

            tried.TakeBack();
            Assert.Equal(before, Bytes(tried.Write));
            Assert.Equal((twin.Bytes, twin.Dropped), (tried.Bytes, tried.Dropped));
            var real = Sightings(random, 300);
            tried.Sight(real);
            twin.Sight(real);
            Assert.Equal(Bytes(twin.Write), Bytes(tried.Write));
        }

        Assert.Equal(maxBytes < 1 << 20, twin.Dropped > 100);
        Assert.True(twin.Traits.Count > 50);
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(600_000)] // samples shrink while the test runs, and at last accounts find no room
    public void Accounts_tried_in_several_blocks_are_taken_back(long maxBytes)
    {
        var random = new Random(4);
        var directory = AccountDirectory.Empty(Key);
        var (tried, twin) = (new AccountPartition(directory, maxBytes), new AccountPartition(directory, maxBytes));
        var sizes = new HashSet<int>();
        for (var round = 0; round < 60; round++)
        {
            var before = Bytes(tried.Write);
            for (var block = 0; block < random.Next(4); block++)
            {
                var guesses = Exchanges(random, random.Next(600), round);
                tried.Keep(guesses.Select(s => s.Account).ToHashSet());
                guesses.ForEach(s => tried.Add(s, []));
                sizes.Add(tried.SampleSize);
            }

            tried.TakeBack();
            Assert.Equal(before, Bytes(tried.Write));
            Assert.Equal((twin.Bytes, twin.SampleSize, twin.Dropped), (tried.Bytes, tried.SampleSize, tried.Dropped));
            foreach (var sketch in Exchanges(random, 200, round))
            {
                tried.Add(sketch, []);
                twin.Add(sketch, []);
            }

            Assert.Equal(Bytes(twin.Write), Bytes(tried.Write));
        }

        Assert.Equal(maxBytes < 1 << 20, sizes.Count > 3);
    }

    [Fact]
    public void Outputs_and_crossings_are_taken_back()
    {
        var random = new Random(5);
        var (partition, table) = (new OwnOutputPartition(256), new CrossingTable());
        List<Crossing> Take()
        {
            var crossings = new List<Crossing>();
            var messages = Enumerable.Range(0, 500).Select(i => new OutputMessage(
                (ulong)random.Next(1, 4000) << 16, (ulong)random.Next(1, 9), (ulong)random.Next(1, 9), (ulong)i, random.Next(2) == 0)).ToArray();
            partition.Keep(messages.Select(m => m.Fingerprint));
            partition.Take(messages, crossings);
            table.Add(crossings);
            return crossings;
        }

        partition.Take([new OutputMessage(1 << 16, 1, 1, 1, IsSaid: true)], []);
        table.Add([new Crossing(1, 2, 3), new Crossing(3, 4, 5)]);
        var before = (Bytes(partition.Write), Bytes(table.Write));
        for (var round = 0; round < 20; round++)
        {
            var tried = new Stack<List<Crossing>>([Take(), Take(), Take()]);
            Assert.NotEqual(before.Item2, Bytes(table.Write));
            partition.TakeBack();
            foreach (var crossings in tried)
            {
                table.Remove(crossings);
            }

            Assert.Equal(before, (Bytes(partition.Write), Bytes(table.Write)), (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2));
        }
    }

    [Fact]
    public void Keys_taken_from_an_index_in_the_opposite_order_leave_the_others_where_they_are_found()
    {
        var random = new Random(6);
        for (var round = 0; round < 200; round++)
        {
            var (index, keys) = (new KeyIndex(), new List<ulong>());
            for (var step = 0; step < 300; step++)
            {
                if (keys.Count > 0 && random.Next(3) == 0)
                {
                    index.RemoveLast(keys[^1]);
                    keys.RemoveAt(keys.Count - 1);
                }
                else
                {
                    var key = (ulong)random.Next(1, 64) << 6 | ((ulong)step << 40); // many share a place
                    Assert.Equal(keys.Count, index.Add(key));
                    keys.Add(key);
                }

                Assert.Equal(keys.Count, index.Count);
                Assert.All(keys, (key, row) => Assert.Equal(row, index.Find(key)));
            }
        }
    }

    static Sighting[] Sightings(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new Sighting(new TraitKey(((ulong)random.Next(1, 3000) * 0x9E3779B97F4A7C15) << 8), (ulong)random.Next(1, 200)))];

    static List<ExchangeSketch> Exchanges(Random random, int count, int round) =>
    [
        .. Enumerable.Range(0, count).Select(i => new ExchangeSketch
        {
            TimeMs = (round * 600_000L) + i, Account = ((ulong)random.Next(1, 60 + (round * 8)) * 0x9E3779B97F4A7C15) | 1, Order = (ulong)random.NextInt64(),
            Network = (ulong)random.Next(1, 30), Model = random.Next(9), OutputTokens = 5,
        }),
    ];

    static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        write(new BinaryWriter(stream));
        return stream.ToArray();
    }
}
