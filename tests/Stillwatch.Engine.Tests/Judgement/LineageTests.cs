using Stillwatch.Engine.Judgement;

namespace Stillwatch.Engine.Tests.Judgement;

/// <summary>A campaign keeps its number while its members carry on; no number is given twice.</summary>
public sealed class LineageTests
{
    Lineage _lineage = new();
    long _now;

    [Fact]
    public void A_campaign_is_numbered_by_its_founder_whatever_else_is_there()
    {
        Assert.Equal([11, 51], Judge(Ring(10, 20), Ring(50, 90)));
        Assert.Equal([51, 11], Judge(Ring(50, 90), Ring(10, 20)));
    }

    [Fact]
    public void It_keeps_its_number_while_it_grows_shrinks_and_loses_its_founder()
    {
        Assert.Equal([11], Judge(Ring(10, 20)));
        Assert.Equal([11], Judge(Ring(12, 60)));
        Assert.Equal([11], Judge(Ring(30, 100)));
        Assert.Equal([11], Judge(Ring(95, 99)));
    }

    [Fact]
    public void Where_it_divides_the_larger_part_keeps_the_number()
    {
        Judge(Ring(10, 40));
        Assert.Equal([12, 11], Judge(Ring(10, 18), Ring(18, 40)));
        Assert.Equal([11], Judge(Ring(18, 40)));
    }

    [Fact]
    public void Where_two_meet_the_older_number_stays_and_the_other_is_not_used_again()
    {
        Judge(Ring(50, 60));
        Judge(Ring(50, 60), Ring(10, 30));
        Assert.Equal([51], Judge([.. Ring(10, 30), .. Ring(50, 60)]));
        Assert.Equal([51, 12], Judge(Ring(20, 60), [.. Ring(10, 20), .. Ring(200, 230)]));
    }

    [Fact]
    public void It_comes_back_under_its_number_after_it_was_lost_from_sight()
    {
        Judge(Ring(10, 20));
        Judge();
        Assert.Equal([11], Judge(Ring(12, 20)));
    }

    [Fact]
    public void Strangers_never_inherit_and_a_founder_that_moves_on_founds_nothing_twice()
    {
        Judge(Ring(10, 20));
        Assert.Equal([11, 31], Judge(Ring(11, 20), [.. Ring(30, 60), new LineageMember(Name(10), 10)]));
        Assert.Equal([101, 11], Judge(Ring(100, 120), Ring(11, 20)));
    }

    [Fact]
    public void Judging_the_same_again_changes_nothing_not_even_after_it_was_written_and_read()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var rings = new List<LineageMember[]>();
            foreach (var from in Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(0, 300)))
            {
                var ring = Ring(from, from + random.Next(5, 80)); // as the stage makes them: less than half of a ring is another's
                if (2 * ring.Count(m => rings.Any(r => r.Contains(m))) < ring.Length)
                {
                    rings.Add(ring);
                }
            }

            var numbers = Judge([.. rings]);
            Assert.Equal(numbers.Count, numbers.Distinct().Count());
            Assert.DoesNotContain(0, numbers);
            var bytes = Bytes(_lineage);
            _lineage = Lineage.Read(new BinaryReader(new MemoryStream(bytes)));
            Assert.Equal(bytes, Bytes(_lineage));
            Assert.Equal(numbers, Judge([.. rings]));
        }
    }

    List<int> Judge(params LineageMember[][] rings)
    {
        _lineage = _lineage.With(rings, _now++, out var numbers);
        return [.. numbers];
    }

    static LineageMember[] Ring(int from, int to) => [.. Enumerable.Range(from, to - from).Select(i => new LineageMember(Name(i), i))];

    static ulong Name(int index) => (ulong)(index + 1) * 0x9E3779B97F4A7C15;

    static byte[] Bytes(Lineage lineage)
    {
        using var stream = new MemoryStream();
        lineage.Write(new BinaryWriter(stream));
        return stream.ToArray();
    }
}
