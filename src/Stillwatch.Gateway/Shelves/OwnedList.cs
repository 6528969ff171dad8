using System.Buffers;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway.Shelves;

/// <summary>A page of an account's own batches or files, the newest first.</summary>
/// <remarks>
/// Walks our table of what the account made and asks the upstream for each, a few at a time; the upstream's own list holds
/// everybody's, and finding one account's in it could take any number of pages. What an upstream no longer knows is left out.
/// So that one request cannot become a thousand, a page holds at most 100, whatever limit was asked for; has_more says the rest.
/// </remarks>
sealed class OwnedList(GatewayParts parts, OwnedKind kind, string path, Func<ShelfCall, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> edit)
{
    const int MostEntries = 100;
    const int MostAtOnce = 8;
    const int MostRounds = 10; // of a page's length, when upstreams have forgotten much

    readonly ShelfUpstream _upstreams = new(parts);

    public async Task RunAsync(ShelfCall call)
    {
        var query = PageQuery.Of(call.Http.Request.Query, out var error);
        if (query is null)
        {
            await call.FailAsync(error!);
            return;
        }

        var cursor = query.AfterId ?? query.BeforeId;
        var start = cursor is null ? null : ShelfCall.IsId(cursor) ? parts.Owners.Find(kind, cursor, call.Caller.Account) : null;
        if (cursor is not null && start is null)
        {
            await call.FailAsync(PageQuery.UnknownCursor(cursor));
            return;
        }

        var limit = Math.Min(query.Limit, MostEntries);
        var isBackwards = query.BeforeId is not null;
        var position = start?.Sequence ?? long.MaxValue;
        var found = new List<(string Id, ReadOnlyMemory<byte> Json)>();
        var hasMore = true;
        for (var round = 0; round < MostRounds && hasMore && found.Count < limit; round++)
        {
            var wanted = limit - found.Count;
            var items = isBackwards
                ? parts.Owners.Newer(kind, call.Caller.Account, position, wanted + 1)
                : parts.Owners.Older(kind, call.Caller.Account, position, wanted + 1);
            hasMore = items.Count > wanted;
            foreach (var some in items.Take(wanted).Chunk(MostAtOnce))
            {
                position = some[^1].Sequence;
                foreach (var (item, answer) in await Task.WhenAll(some.Select(item => AskAsync(call, item))))
                {
                    if (answer.Error is not null && !answer.IsUnknown)
                    {
                        await answer.FailAsync(call);
                        return;
                    }

                    if (answer.Error is null)
                    {
                        found.Add((item.Id, edit(call, answer.Body)));
                    }
                }
            }
        }

        if (isBackwards)
        {
            found.Reverse();
        }

        await call.SendAsync(Written(found, hasMore));
    }

    async Task<(OwnedItem Item, ShelfAnswer Answer)> AskAsync(ShelfCall call, OwnedItem item)
    {
        if (call.State.Upstreams.FirstOrDefault(upstream => upstream.Config.Name == item.Upstream) is not { } upstream)
        {
            return (item, ShelfAnswer.Of(new GatewayError(404, "gone", "")));
        }

        using var deadline = _upstreams.DeadlineOf(call, upstream);
        var answer = await _upstreams.AskAsync(call, upstream, HttpMethod.Get, $"{path}/{item.Id}{call.Beta}", null, deadline);
        return (item, answer.Error is not null || TopMember.FindId(answer.Body.Span, "id"u8) == item.Id
            ? answer
            : ShelfAnswer.Of(new GatewayError(502, "upstream_wrong_form", "The server's answer is not what was asked for.")));
    }

    // Both shapes of a page: cursors by id, and next_page of the newer files API.
    static ReadOnlyMemory<byte> Written(List<(string Id, ReadOnlyMemory<byte> Json)> found, bool hasMore)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        found.ForEach(entry => json.WriteRawValue(entry.Json.Span, skipInputValidation: true)); // read as JSON when its id was found
        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, hasMore);
        json.WriteString("first_id"u8, found is [var first, ..] ? first.Id : null);
        json.WriteString("last_id"u8, found is [.., var last] ? last.Id : null);
        json.WriteString("next_page"u8, hasMore && found is [.., var next] ? next.Id : null);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }
}
