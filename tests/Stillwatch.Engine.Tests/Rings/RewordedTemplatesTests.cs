using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Tests.Rings;

/// <summary>Three thousand strangers, four texts in ten of which somebody else uses as well, and whoever a test puts among them.</summary>
public sealed class RewordedTemplatesTests
{
    const int Strangers = 3000;
    const int Exchanges = 40;
    const int KeysPerText = 4;

    readonly AccountPartition _accounts = new(AccountDirectory.Empty(DetectionKey.FromText("reworded")), maxBytes: 1 << 26);
    readonly TraitPartition _traits = new(1 << 20, maxBytes: 1 << 28);
    readonly Random _random = new(5);
    ulong _exchange;

    public RewordedTemplatesTests()
    {
        for (var stranger = 0; stranger < Strangers; stranger++)
        {
            for (var i = 0; i < Exchanges; i++)
            {
                // One of as many phrases, which are everybody's, or something of one's own.
                Ask(Name(stranger), _random.Next(10) < 4 ? 1_000_000 + _random.Next(Strangers) : 10_000_000 + (int)_exchange);
            }
        }
    }

    [Fact]
    public void A_pool_of_wordings_is_one_class_and_its_users_follow_it()
    {
        Pool(first: 9000, accounts: 60, wordings: 100);
        var (population, classes) = Find();

        var c = Assert.Single(Enumerable.Range(0, classes.Count), classes.IsReworded);
        var members = ClassMembers.Find(classes, population);
        Assert.Equal(60, members.Of(c).Count(account => IsPooled(population, account)));
        Assert.All(members.Of(c).Where(account => IsPooled(population, account)), account => Assert.True(members.HitsOf(account)[0].Hits >= 25));
        Assert.Equal(60, members.Of(c).Count);
        var first = population.Accounts[members.Of(c)[0]].Digests;
        Assert.Equal(members.HitsOf(members.Of(c)[0])[0].Hits, first.ToArray().Select(digest => classes.WordingOf(digest, c)).Where(wording => wording >= 0).Distinct().Count());
    }

    [Fact]
    public void Strangers_are_no_company()
    {
        var (_, classes) = Find();
        Assert.Equal(0, classes.Count);
    }

    [Fact]
    public void Whoever_works_with_one_of_the_wordings_does_not_follow_the_pool()
    {
        Pool(first: 9000, accounts: 60, wordings: 100);
        for (var i = 0; i < Exchanges; i++)
        {
            Ask(Name(8000), 5_000_007);
        }

        var (population, classes) = Find();
        var user = population.IndexOf(Name(8000));
        Assert.Equal(1, Assert.Single(ClassMembers.Find(classes, population).HitsOf(user)).Hits);
    }

    [Fact]
    public void What_stands_with_keys_of_the_gate_is_a_template_by_itself()
    {
        Pool(first: 9000, accounts: 60, wordings: 100);
        List<GatedTrait> gated = [.. Keys(5_000_007).Take(2).Select(key => new GatedTrait(key, 30, 3))];
        var (population, classes) = Find(gated);
        Assert.Equal(2, classes.Count);
        var c = classes.ClassOf(0);
        Assert.False(classes.IsReworded(c));
        Assert.Equal(KeysPerText, classes.KeyCounts[c]);
        Assert.True(classes.IsReworded(1 - c));
    }

    (Population Population, TemplateClasses Classes) Find(IReadOnlyList<GatedTrait>? gated = null)
    {
        var population = new Population();
        population.Take([_accounts]);
        gated ??= [];
        return (population, TemplateClasses.Cluster(gated, RewordedTemplates.Find([_traits], population, gated), population));
    }

    void Pool(int first, int accounts, int wordings)
    {
        for (var account = 0; account < accounts; account++)
        {
            for (var i = 0; i < Exchanges; i++)
            {
                Ask(Name(first + account), 5_000_000 + _random.Next(wordings));
            }
        }
    }

    bool IsPooled(Population population, int account) => Enumerable.Range(9000, 60).Any(i => Name(i) == population.Accounts[account].Name);

    void Ask(ulong account, int text)
    {
        var sketch = new ExchangeSketch { TimeMs = (long)++_exchange, Account = account, Order = Hash(_exchange), Item = Hash(_exchange + 77), NewUserTokens = 50 };
        foreach (var key in Keys(text))
        {
            sketch.Keys[sketch.KeyCount++] = key.Value;
            _traits.Sight(new Sighting(key, account));
        }

        _accounts.Add(sketch, []);
    }

    static IEnumerable<TraitKey> Keys(int text) => Enumerable.Range(0, KeysPerText).Select(k => TraitKey.Of(TraitKind.Shingle, Hash(((ulong)text * KeysPerText) + (ulong)k)));

    static ulong Name(int account) => Hash((ulong)account + (1UL << 40));

    /// <summary>SplitMix64 (Steele et al. 2014).</summary>
    static ulong Hash(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
