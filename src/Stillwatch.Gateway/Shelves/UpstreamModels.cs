using System.Runtime.CompilerServices;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Shelves;

/// <summary>The lists of models that upstreams give, kept for a minute, asked for by one caller at a time. Thread-safe.</summary>
/// <remarks>
/// An upstream that cannot say leaves its last list standing for as long as it is configured; one that never could has an error. One page
/// of at most 1,000.
/// </remarks>
sealed class UpstreamModels(GatewayParts parts)
{
    const int MaxBytes = 4 * 1024 * 1024;
    const int MostModels = 1000;

    static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    readonly ShelfUpstream _upstreams = new(parts);
    readonly ConditionalWeakTable<Upstream, Shelf> _shelves = []; // a reload that changes an upstream makes a new one, with a list of its own

    /// <summary>Exactly one of the results is null.</summary>
    public async Task<(IReadOnlyList<ListedModel>? Models, ShelfAnswer? Failure)> OfAsync(ShelfCall call, Upstream upstream)
    {
        var shelf = _shelves.GetOrCreateValue(upstream);
        await shelf.Turn.WaitAsync(call.Http.RequestAborted);
        try
        {
            if (shelf.Models is not null && parts.Time.GetElapsedTime(shelf.Timestamp) < Kept)
            {
                return (shelf.Models, null);
            }

            using var deadline = _upstreams.DeadlineOf(call, upstream);
            var path = upstream.Config.Dialect == Dialect.Anthropic ? $"/v1/models?limit={MostModels}" : "/v1/models";
            var answer = await _upstreams.AskAsync(call, upstream, HttpMethod.Get, path, null, deadline, MaxBytes);
            var models = answer.Error is null ? Read(answer.Body) : answer.IsUnknown ? [] : null; // 404: it lists nothing
            if (models is null && shelf.Models is null)
            {
                return (null, answer.Error is not null ? answer : ShelfAnswer.Of(
                    new GatewayError(502, "upstream_wrong_form", "The server's list of models cannot be read.")));
            }

            (shelf.Models, shelf.Timestamp) = (models ?? shelf.Models, parts.Time.GetTimestamp());
            return (shelf.Models, null);
        }
        finally
        {
            shelf.Turn.Release();
        }
    }

    static List<ListedModel>? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("data"u8, out var data) && data.ValueKind == JsonValueKind.Array
                ? [.. data.EnumerateArray().Take(MostModels).Select(ListedModel.Of).OfType<ListedModel>().DistinctBy(model => model.Id)]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    sealed class Shelf
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public IReadOnlyList<ListedModel>? Models { get; set; }

        public long Timestamp { get; set; }
    }
}
