using System.Collections.Immutable;
using System.Globalization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Console.Pages.Campaigns;

/// <summary>Which campaigns are listed, in which order: exactly what the address of the list says.</summary>
/// <param name="Sort">One of <see cref="Sorts"/>.</param>
/// <param name="Page">From 1.</param>
public sealed record CampaignQuery(Verdict? Verdict, Rung? Rung, string Sort, int Page)
{
    /// <summary>Rows of a page.</summary>
    public const int PageLength = 50;

    static readonly ImmutableArray<(string Name, Func<Campaign, IComparable> Key)> All =
    [
        ("rung", campaign => ((int)campaign.Response * 10) + (int)campaign.Verdict), ("confidence", campaign => campaign.Confidence),
        ("accounts", campaign => campaign.Accounts.Count), ("exchanges", campaign => campaign.Exchanges), ("detected", campaign => campaign.DetectedAt),
    ];

    /// <summary>Orders, each with the largest first.</summary>
    public static IReadOnlyList<string> Sorts { get; } = [.. All.Select(sort => sort.Name)];

    /// <summary>What is not a word of ours is left out: an old link still opens.</summary>
    public static CampaignQuery Of(string? verdict, string? rung, string? sort, int page) => new(
        Word<Verdict>(verdict), Word<Rung>(rung), Sorts.Contains(sort) ? sort! : Sorts[0], Math.Max(1, page));

    public List<Campaign> Apply(IEnumerable<Campaign> campaigns) =>
    [
        .. campaigns.Where(campaign => (Verdict ?? campaign.Verdict) == campaign.Verdict && (Rung ?? campaign.Response) == campaign.Response)
            .OrderByDescending(All.First(sort => sort.Name == Sort).Key).ThenByDescending(campaign => campaign.Exchanges).ThenBy(campaign => campaign.Id, StringComparer.Ordinal),
    ];

    public string Path()
    {
        string?[] parts =
        [
            Verdict is { } verdict ? $"verdict={verdict.ToString().ToLowerInvariant()}" : null, Rung is { } rung ? $"rung={rung.ToString().ToLowerInvariant()}" : null,
            Sort == Sorts[0] ? null : $"sort={Sort}", Page == 1 ? null : $"page={Page}",
        ];
        var query = string.Join('&', parts.OfType<string>());
        return query.Length == 0 ? "/campaigns" : $"/campaigns?{query}";
    }

    /// <summary>A number from 1 in an address; 1 for whatever is none.</summary>
    public static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 1;

    static T? Word<T>(string? text)
        where T : struct, Enum =>
        text is { Length: > 0 } && char.IsLetter(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var value) ? value : null;
}
