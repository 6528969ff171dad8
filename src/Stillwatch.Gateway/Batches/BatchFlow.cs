using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Shelves;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway.Batches;

/// <summary>
/// <c>/v1/messages/batches</c>: passed on to upstreams that have batches, each account seeing its own and nobody else's.
/// docs/adr/0004-batches.md.
/// </summary>
sealed class BatchFlow(GatewayParts parts)
{
    /// <summary>The real API keeps results for 29 days; a batch's row goes a day later.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    const int MostOfAccount = 20_000;
    const string Path = "/v1/messages/batches";

    readonly ShelfUpstream _upstreams = new(parts);
    readonly BatchResults _results = new(parts);
    readonly OwnedList _list = new(parts, OwnedKind.Batch, Path, Rewritten);

    public Task RunAsync(ShelfCall call)
    {
        if (call.Endpoint.Kind == EndpointKind.Batches)
        {
            return call.Method == "POST" ? CreateAsync(call) : call.State.Upstreams.Any(HasBatches) ? _list.RunAsync(call) : call.FailAsync(NotSupported("This gateway has only"));
        }

        var (id, verb) = call.Item();
        return !TryFind(call, id, out var batch, out var upstream, out var error) ? call.FailAsync(error) : (call.Method, verb) switch
        {
            ("GET", "") => PassAsync(call, batch, upstream, HttpMethod.Get, ""),
            ("GET", "results") => _results.RunAsync(call, batch, upstream),
            ("POST", "cancel") => PassAsync(call, batch, upstream, HttpMethod.Post, "/cancel"),
            ("DELETE", "") => DeleteAsync(call, batch, upstream),
            _ => call.FailAsync(new GatewayError(405, "method_not_allowed", "A batch takes GET, GET …/results, POST …/cancel and DELETE.")),
        };
    }

    public static bool HasBatches(Upstream upstream) => upstream.Config is { HasBatches: true, Dialect: Dialect.Anthropic };

    /// <param name="who">Begins the sentence; ends before "an upstream".</param>
    public static GatewayError NotSupported(string who) =>
        new(404, "batches_not_supported", $"{who} an upstream without message batches (its property 'batches' is not true). Send the requests one by one.");

    async Task CreateAsync(ShelfCall call)
    {
        if (parts.Owners.Count(OwnedKind.Batch, call.Caller.Account) >= MostOfAccount)
        {
            await call.FailAsync(new GatewayError(429, "too_many_batches", $"This account has {MostOfAccount} batches. Delete some.") { ShouldRetry = false });
            return;
        }

        var (body, error) = await RequestBody.ReadAsync(call.Http.Request, call.Endpoint.MaxBodyBytes, parts.Buffers, call.Http.RequestAborted);
        if (body is null)
        {
            await call.FailAsync(error!);
            return;
        }

        using (body)
        {
            var time = parts.EventTime.GetUtcNow();
            var batch = new BatchBody(call, parts, time);
            error = batch.Read(body.Span) ?? await CountAsync(call, batch);
            if (error is not null)
            {
                parts.Refuse(call.RequestId, error);
                await call.FailAsync(error);
                return;
            }

            using var deadline = _upstreams.DeadlineOf(call, batch.Upstream!);
            var answer = await _upstreams.AskAsync(
                call, batch.Upstream!, HttpMethod.Post, Path + call.Beta, () => new BodyContent(body.Memory, batch.Edits), deadline);
            await (answer.Error is null ? CreatedAsync(call, batch, answer.Body, time) : answer.FailAsync(call));
        }
    }

    // A budget for each model asked for: else one cheap request at the head of a batch would open the others' limits.
    async Task<GatewayError?> CountAsync(ShelfCall call, BatchBody batch)
    {
        foreach (var (model, demand) in batch.Demands)
        {
            if (await parts.Admission.CountAsync(call.Access, call.Caller, model, demand, call.Show) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    Task CreatedAsync(ShelfCall call, BatchBody batch, ReadOnlyMemory<byte> created, DateTimeOffset time)
    {
        var id = TopMember.FindId(created.Span, "id"u8);
        var isOurs = id is not null && parts.Owners.TryAdd(
            new OwnedItem
            {
                Kind = OwnedKind.Batch,
                Id = id,
                Account = call.Caller.Account,
                KeyId = call.Caller.KeyId,
                Origin = call.RequestId,
                Upstream = batch.Upstream!.Config.Name,
                CreatedMs = time.ToUnixTimeMilliseconds(),
                Models = batch.Models.Written(),
            },
            (time - Kept).ToUnixTimeMilliseconds());
        if (!isOurs)
        {
            return call.FailAsync(new GatewayError(502, "upstream_wrong_form", "The server made a batch under an id that cannot be used here; it will not be reachable."));
        }

        parts.BatchSketches.Keep(id!, call.Caller.Account, batch.Sketches);
        return call.SendAsync(Rewritten(call, created));
    }

    async Task PassAsync(ShelfCall call, OwnedItem batch, Upstream upstream, HttpMethod method, string verb)
    {
        using var deadline = _upstreams.DeadlineOf(call, upstream);
        var answer = await _upstreams.AskAsync(call, upstream, method, $"{Path}/{batch.Id}{verb}{call.Beta}", null, deadline);
        await (answer.IsUnknown ? call.FailAsync(Unknown(batch.Id)) : answer.Error is not null ? answer.FailAsync(call) : call.SendAsync(Rewritten(call, answer.Body)));
    }

    async Task DeleteAsync(ShelfCall call, OwnedItem batch, Upstream upstream)
    {
        using var deadline = _upstreams.DeadlineOf(call, upstream);
        var answer = await _upstreams.AskAsync(call, upstream, HttpMethod.Delete, $"{Path}/{batch.Id}{call.Beta}", null, deadline);
        if (answer.Error is null || answer.IsUnknown)
        {
            parts.Owners.Remove(batch);
            parts.BatchSketches.Forget(batch.Id);
        }

        await (answer.IsUnknown ? call.FailAsync(Unknown(batch.Id)) : answer.Error is not null ? answer.FailAsync(call) : call.SendAsync(answer.Body));
    }

    bool TryFind(
        ShelfCall call, string id, [NotNullWhen(true)] out OwnedItem? batch, [NotNullWhen(true)] out Upstream? upstream, [NotNullWhen(false)] out GatewayError? error)
    {
        (batch, upstream) = (null, null);
        if (!call.State.Upstreams.Any(HasBatches))
        {
            error = NotSupported("This gateway has only");
            return false;
        }

        var found = id.Length == 0 ? null : parts.Owners.Find(OwnedKind.Batch, id, call.Caller.Account);
        batch = found;
        upstream = found is null ? null : call.State.Upstreams.FirstOrDefault(upstream => upstream.Config.Name == found.Upstream && HasBatches(upstream));
        error = batch is null || upstream is null ? Unknown(id) : null;
        return error is null;
    }

    static GatewayError Unknown(string id) =>
        new(404, "unknown_batch", id.Length == 0 ? "There is no such batch." : $"There is no batch '{ShelfCall.Shown(id)}'.");

    // Clients fetch results_url as it stands, with their key: it must lead here and nowhere else.
    static ReadOnlyMemory<byte> Rewritten(ShelfCall call, ReadOnlyMemory<byte> batch)
    {
        var place = TopMember.FindString(batch.Span, "results_url"u8);
        if (place.IsEmpty || TopMember.FindId(batch.Span, "id"u8) is not { } id)
        {
            return batch;
        }

        var host = call.Http.Request.Host.HasValue ? call.Http.Request.Host.ToUriComponent() : call.State.Config.Listen.Authority;
        var url = $"{ClientAddress.SchemeOf(call.Http, call.State.Config)}://{host}{Path}/{id}/results";
        var output = new ArrayBufferWriter<byte>(batch.Length + url.Length);
        output.Write(batch.Span[..place.Start]);
        output.Write(ModelToken.Of(url));
        output.Write(batch.Span[(place.Start + place.Length)..]);
        return output.WrittenMemory;
    }
}
