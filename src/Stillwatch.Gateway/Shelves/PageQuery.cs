using System.Globalization;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Shelves;

/// <summary>Which page of a list is asked for.</summary>
/// <param name="Limit">Entries, 1 to 1,000.</param>
/// <param name="AfterId">Begin behind this one; files of the newer API version say <c>page</c>.</param>
/// <param name="BeforeId">End before this one.</param>
sealed record PageQuery(int Limit, string? AfterId, string? BeforeId)
{
    const int MaxLimit = 1000;
    const int DefaultLimit = 20;

    /// <summary>Null with the error when the query contradicts itself or the API.</summary>
    public static PageQuery? Of(IQueryCollection query, out GatewayError? error)
    {
        var (limit, after, before) = (DefaultLimit, TextOf(query, "after_id") ?? TextOf(query, "page"), TextOf(query, "before_id"));
        error = query["limit"].Count > 0
                && (!int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit)
                ? new GatewayError(400, "invalid_limit", $"limit: a whole number from 1 to {MaxLimit} is expected.")
            : after is not null && before is not null
                ? new GatewayError(400, "invalid_cursor", "after_id and before_id exclude each other. Send one of them.")
            : null;
        return error is null ? new PageQuery(limit, after, before) : null;
    }

    /// <summary>The page of a list in memory, and whether more lie beyond it in the direction asked for.</summary>
    /// <param name="error">The cursor is not in the list.</param>
    public (IReadOnlyList<T> Page, bool HasMore) Cut<T>(IReadOnlyList<T> all, Func<T, string> idOf, out GatewayError? error)
    {
        error = null;
        var cursor = AfterId ?? BeforeId;
        var at = cursor is null ? -1 : all.TakeWhile(entry => idOf(entry) != cursor).Count();
        if (cursor is not null && at == all.Count)
        {
            error = UnknownCursor(cursor);
            return ([], false);
        }

        var (start, end) = BeforeId is null ? (at + 1, Math.Min(all.Count, at + 1 + Limit)) : (Math.Max(0, at - Limit), at);
        return ([.. all.Skip(start).Take(end - start)], BeforeId is null ? end < all.Count : start > 0);
    }

    public static GatewayError UnknownCursor(string cursor) =>
        new(400, "invalid_cursor", $"There is no '{ShelfCall.Shown(cursor)}' to begin the page at. Send an id from this list.");

    static string? TextOf(IQueryCollection query, string name) => query[name] is [{ Length: > 0 } value] ? value : null;
}
