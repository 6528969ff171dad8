using System.Runtime.CompilerServices;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Tests;

/// <summary>Alone in the process while they run: what others allocate would count as the detector's.</summary>
[CollectionDefinition(nameof(MemoryBudgetTests), DisableParallelization = true)]
public sealed class AloneInTheProcess;

[Collection(nameof(MemoryBudgetTests))]
public sealed class MemoryBudgetTests
{
    const long Budget = 64L << 20;

    // Names of crossings and of what is held, the collector's own rounding: a tenth.
    const double Slack = 1.1;

    static readonly DetectionKey s_key = DetectionKey.FromText("memory");

    [Fact]
    public void Many_accounts_stay_within_the_budget_and_those_without_room_are_counted()
    {
        var (live, dropped) = Run(240_000, i => Sketch(i, account: i % 80_000));

        Assert.InRange(live, 1 << 20, (long)(Budget * Slack));
        Assert.True(dropped > 0);
    }

    [Fact]
    public void Many_traits_stay_within_the_budget_and_those_given_up_are_counted()
    {
        // Every key comes from two accounts, one after the other: none is turned away at the door.
        var (live, dropped) = Run(160_000, i =>
        {
            var sketch = Sketch(i, account: i % 200);
            for (var k = 0; k < ContentKeys.Capacity; k++)
            {
                Sketcher.AddKey(ref sketch, TraitKind.Shingle, Mix(((ulong)(i / 2) * 100) + (ulong)k));
            }

            return sketch;
        });

        Assert.InRange(live, 1 << 20, (long)(Budget * Slack));
        Assert.True(dropped > 100_000);
    }

    [Fact]
    public void Long_lives_stay_within_the_budget_and_lose_nothing()
    {
        // Two years of a thousand accounts, from ever new networks, with ever new models and clients.
        var (live, dropped) = Run(300_000, i =>
        {
            var sketch = Sketch(i, account: i % 1_000, everyMs: 210_000);
            (sketch.Network, sketch.Tls, sketch.Model) = (Mix((ulong)i) | 1, Mix((ulong)(i / 7)) | 1, i % 50);
            for (var k = 0; k < 12; k++)
            {
                Sketcher.AddKey(ref sketch, TraitKind.Shingle, Mix(((ulong)i * 100) + (ulong)k));
            }

            return sketch;
        });

        Assert.InRange(live, 1 << 20, (long)(Budget * Slack));
        Assert.Equal(0, dropped);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Samples_shrink_alike_for_any_number_of_shards_and_across_a_restore(int shards)
    {
        var whole = Detector(2);
        var first = Detector(shards);
        var second = Detector(shards);
        const int Count = 60_000;
        for (var i = 0; i < Count; i++)
        {
            var sketch = Sketch(i, account: i % 6_000);
            whole.Add(sketch);
            if (i < Count / 3)
            {
                first.Add(sketch);
                continue;
            }

            if (i == Count / 3)
            {
                using var stream = new MemoryStream();
                first.Save(stream);
                stream.Position = 0;
                second.Restore(stream);
            }

            second.Add(sketch);
        }

        using var expected = new MemoryStream();
        using var actual = new MemoryStream();
        whole.Save(expected);
        second.Save(actual);
        Assert.Equal(expected.ToArray(), actual.ToArray());
    }

    static CampaignDetector Detector(int shards) =>
        new(new DetectorSettings { MemoryBytes = Budget, Shards = shards }, s_key, AccountDirectory.Empty(s_key), new ModelNames(), new AccountIds());

    /// <summary>What is freed when the detector is let go: what was there before may be freed at any time, by pools that shrink for one.</summary>
    static (long LiveBytes, long Dropped) Run(int count, Func<int, ExchangeSketch> make)
    {
        var (with, dropped) = Hold(count, make);
        return (with - GC.GetTotalMemory(forceFullCollection: true), dropped);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // so that nothing here holds the detector when this returns
    static (long TotalBytes, long Dropped) Hold(int count, Func<int, ExchangeSketch> make)
    {
        var detector = Detector(2);
        for (var i = 0; i < count; i++)
        {
            detector.Add(make(i));
        }

        detector.Complete();
        var total = GC.GetTotalMemory(forceFullCollection: true);
        return (total, detector.Report([]).Input.Dropped);
    }

    static ExchangeSketch Sketch(int i, int account, long everyMs = 500) => new()
    {
        TimeMs = SmallWorld.Start.ToUnixTimeMilliseconds() + (i * everyMs),
        Account = Mix((ulong)account ^ 0xACC0),
        Order = Mix((ulong)i),
        Item = Mix((ulong)i) | 1,
        Task = Mix((ulong)i) | 1,
        NewUserTokens = 30,
        OutputTokens = 100,
        Traits = ExchangeTraits.StartsTask,
        Network = Mix((ulong)account ^ 0x0E70) | 1,
        Tls = Mix((ulong)account % 20) | 1,
    };

    static ulong Mix(ulong value)
    {
        var z = value + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
