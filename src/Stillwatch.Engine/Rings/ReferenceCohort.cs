using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>The accounts that show what normal looks like. Popularity is measured against them, never against everybody: a ring of 20,000
/// accounts makes its own template popular.</summary>
/// <remarks>
/// With an accounts file: active, created 30 days or more before now, verified by payment or better (where the file says), no payer or device
/// shared with another actor, and not living on one template (30 % of what it asks: a pipeline says little of what people ask, and aged accounts
/// can be bought; nor is an account normal for a template that makes a twentieth of its own traffic, for keys can be rented). With logs alone: accounts with eight exchanges or more of which at most 8 % repeat any one template; an app's
/// users are outside it, as new accounts would be, but a pool that uses many templates a head is inside (a limit the ADR names). A cohort of under 50 accounts is no cohort: the second rule then
/// stands in for the first. One payer is one actor, so nobody can buy weight in it cheaply.
/// </remarks>
internal sealed class ReferenceCohort
{
    const long AgedMs = 30L * 24 * 3_600_000;
    const int MinAccounts = 50;
    const double MaxTemplateShare = 0.08;
    const double Habit = 0.05; // who tries a published template uses it once or twice; a twentieth of one's traffic is work
    const int HabitUses = 4;
    const double MaxOwnTemplateShare = 0.3;

    readonly bool[] _members;

    ReferenceCohort(bool[] members, bool byRecord)
    {
        _members = members;
        Count = members.Count(m => m);
        ByRecord = byRecord;
    }

    public int Count { get; }

    /// <summary>Whether age and verification decided, not behaviour.</summary>
    public bool ByRecord { get; }

    public bool this[int account] => _members[account];

    /// <summary>Whether an account says what is normal of a trait it showed <paramref name="uses"/> times in <paramref name="exchanges"/>: it is of the
    /// cohort and does not live on it. Else whoever ages or rents accounts would make his template look normal.</summary>
    public bool IsNormal(int account, long uses, long exchanges) => _members[account] && !IsHabit(uses, exchanges);

    /// <summary>Whether <paramref name="uses"/> in <paramref name="exchanges"/> are a habit and not a try.</summary>
    public static bool IsHabit(long uses, long exchanges) => uses >= HabitUses && uses > Habit * exchanges;

    /// <summary>Whether so many uses could be a habit at all: else the account's exchanges need not be looked at.</summary>
    public static bool MayBeHabit(long uses) => uses >= HabitUses;

    /// <summary>With how many uses of a trait, in all its exchanges, an account says what is normal of it; -1 outside the cohort.</summary>
    public int MostNormalUses(int account, Population population) =>
        _members[account] ? (int)Math.Clamp(Habit * population.Accounts[account].Exchanges, HabitUses - 1, int.MaxValue) : -1;

    /// <summary>ln of how much more often accounts outside the cohort show a trait than those inside, nats.</summary>
    /// <param name="inside">Those of the cohort, who do not live on it, among its <paramref name="accounts"/>.</param>
    public double LiftOf(int accounts, int inside) =>
        Math.Log((accounts - inside + 0.5) / (_members.Length - Count + 1)) - Math.Log((inside + 0.5) / (Count + 1));

    public static ReferenceCohort Of(Population population, AccountDirectory directory, long nowMs)
    {
        if (directory.HasAges)
        {
            var aged = Select(population, i => IsAgedAndUnlinked(population, i, nowMs));
            if (aged.Count(m => m) >= MinAccounts)
            {
                return new ReferenceCohort(aged, byRecord: true);
            }
        }

        return new ReferenceCohort(Select(population, i => MostlyItsOwn(population.Accounts[i])), byRecord: false);
    }

    static bool[] Select(Population population, Func<int, bool> rule)
    {
        var members = new bool[population.Count];
        population.ForEachChunk((_, from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                members[i] = rule(i);
            }
        });
        return members;
    }

    static bool IsAgedAndUnlinked(Population population, int account, long nowMs) =>
        population.Accounts[account].Facts is { Active: true, CreatedMs: { } created } facts
        && created <= nowMs - AgedMs
        && facts.Verification is null or >= VerificationLevel.Payment
        && !population.SharesIdentity(account)
        && !(population.Accounts[account].TopTemplateRatio > MaxOwnTemplateShare);

    static bool MostlyItsOwn(AccountState account) => account.TopTemplateRatio <= MaxTemplateShare;
}
