using System.Collections.Immutable;

namespace Stillwatch.Console.Reports;

/// <summary>An evidence family as it is drawn: one accent, one shape (colour is never the only sign), one short name.</summary>
/// <param name="Style">The CSS class that carries the accent.</param>
public sealed record Family(string Name, string Title, string Style, FamilyShape Shape, string Sees)
{
    static readonly ImmutableArray<Family> Known =
    [
        new("identity-and-money", "Identity and money", "f-id", FamilyShape.Square, "payment, device, sign-up"),
        new("infrastructure", "Infrastructure", "f-in", FamilyShape.Diamond, "networks, TLS fingerprints"),
        new("time", "Time", "f-ti", FamilyShape.Triangle, "rhythm, shifts, hand-over"),
        new("content", "Content", "f-co", FamilyShape.Circle, "templates, coverage, demands"),
        new("own-output", "Own output", "f-ow", FamilyShape.Cross, "our text and ids coming back"),
        new("campaign", "Campaign", "f-ca", FamilyShape.Ring, "what an account takes from its ring"),
    ];

    public static IReadOnlyList<Family> All { get; } = Known[..5];

    /// <summary>The family of that name; a name we do not know is drawn in grey rather than refused.</summary>
    public static Family Of(string? name) =>
        Known.FirstOrDefault(family => family.Name == name)
        ?? new(name ?? "", name is null ? "Other" : Wording.Words(name), "f-xx", FamilyShape.Ring, "");

    /// <summary>Where the family stands in lists.</summary>
    public int Order => Known.IndexOf(this) is var at and >= 0 ? at : Known.Length;
}

public enum FamilyShape
{
    Square,
    Diamond,
    Triangle,
    Circle,
    Cross,
    Ring,
}
