namespace Stillwatch.Engine.Rings;

/// <summary>What the gate asks of an account, close together: it asks millions of times a judgement, of accounts in no order.</summary>
/// <param name="MostNormalUses">With so many uses of a trait, or fewer, it says what is normal of it; -1 for one outside the cohort.</param>
internal readonly record struct Standing(ulong Actor, int App, int MostNormalUses)
{
    /// <summary>Of every account, by its place.</summary>
    public static Standing[] OfAll(Population population, ReferenceCohort cohort)
    {
        var standings = new Standing[population.Count];
        population.ForEachChunk((_, from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                var account = population.Accounts[i];
                standings[i] = new Standing(account.Actor, account.App, cohort.MostNormalUses(i, population));
            }
        });
        return standings;
    }
}
