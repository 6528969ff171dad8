using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>Message batches in memory. Bounded: the oldest ended batch makes room. Thread-safe.</summary>
/// <remarks>A batch runs at once, but ends only when it was asked after twice, so that a client's polling is exercised without a clock.</remarks>
sealed class BatchShelf(TimeProvider time)
{
    const int MostBatches = 64;
    const int MostRequests = 10_000;

    /// <summary>Results of all batches together.</summary>
    const long MostBytes = 64 * 1024 * 1024;

    readonly List<Batch> _batches = []; // oldest first; its own lock

    /// <param name="path">What follows <c>/v1/messages/batches</c>.</param>
    public Task AnswerAsync(DevelopmentExchange exchange, string path, Uri address, long number)
    {
        var (id, verb) = path.Split('/') is [var only] ? (only, "") : path.Split('/') is [var first, var second] ? (first, second) : ("", "?");
        var method = exchange.Http.Request.Method;
        lock (_batches)
        {
            var batch = _batches.Find(candidate => candidate.Id == id);
            return (method, verb, batch) switch
            {
                ("POST", "", null) when id.Length == 0 => Create(exchange, address, number),
                ("GET", "", null) when id.Length == 0 => List(exchange, address),
                ("GET", "", not null) => exchange.SendJsonAsync(json => batch.Asked().Write(json, address)),
                ("POST", "cancel", not null) => exchange.SendJsonAsync(json => batch.Cancel(time.GetUtcNow()).Write(json, address)),
                ("GET", "results", not null) when batch.IsEnded => exchange.SendAsync(200, "application/x-jsonl", batch.Results),
                ("DELETE", "", not null) when batch.IsEnded => Delete(exchange, batch),
                (_, "" or "results", not null) => exchange.SendErrorAsync(DevelopmentError.Bad($"Batch {id} has not ended yet.")),
                _ => exchange.SendErrorAsync(DevelopmentError.NotFound($"{method} {exchange.Http.Request.Path}")),
            };
        }
    }

    Task Create(DevelopmentExchange exchange, Uri address, long number)
    {
        if (!exchange.TryParse(out var body) || DevelopmentRequest.Member(body, "requests"u8) is not { ValueKind: JsonValueKind.Array } requests)
        {
            return exchange.SendErrorAsync(DevelopmentError.Bad("requests: Field required"));
        }

        if (requests.GetArrayLength() is 0 or > MostRequests)
        {
            return exchange.SendErrorAsync(DevelopmentError.Bad($"requests: between 1 and {MostRequests} entries"));
        }

        var batch = new Batch($"msgbatch_dev_{number}", time.GetUtcNow());
        foreach (var request in requests.EnumerateArray())
        {
            batch.Run(request, number);
        }

        while (_batches.Count >= MostBatches || _batches.Sum(other => (long)other.Results.Length) + batch.Results.Length > MostBytes)
        {
            if (_batches.FindIndex(other => other.IsEnded) is not (>= 0 and var oldest))
            {
                return exchange.SendErrorAsync(DevelopmentError.Full("The development upstream holds no more batches: let one end, or delete one."));
            }

            _batches.RemoveAt(oldest);
        }

        _batches.Add(batch);
        return exchange.SendJsonAsync(json => batch.Write(json, address));
    }

    Task List(DevelopmentExchange exchange, Uri address)
    {
        var query = exchange.Http.Request.Query;
        var limit = int.TryParse(query["limit"], out var most) ? Math.Clamp(most, 1, 1000) : 20;
        var newestFirst = _batches.AsEnumerable().Reverse().ToList();
        var rest = query["after_id"] is [{ } after] ? newestFirst.SkipWhile(batch => batch.Id != after).Skip(1).ToList() : newestFirst;
        var page = rest.Take(limit).ToList();
        return exchange.SendJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data"u8);
            page.ForEach(batch => batch.Write(json, address));
            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, rest.Count > page.Count);
            json.WriteString("first_id"u8, page.FirstOrDefault()?.Id);
            json.WriteString("last_id"u8, page.LastOrDefault()?.Id);
            json.WriteEndObject();
        });
    }

    Task Delete(DevelopmentExchange exchange, Batch batch)
    {
        _batches.Remove(batch);
        return exchange.SendJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, batch.Id);
            json.WriteString("type"u8, "message_batch_deleted"u8);
            json.WriteEndObject();
        });
    }
}
