using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Shelves;

/// <summary><c>/v1/models</c> and <c>/v1/models/{id}</c>, in the caller's dialect.</summary>
/// <remarks>
/// Listed are the names the configuration has without a pattern. Only where it has none are the upstreams of pass-through patterns asked,
/// and of theirs only names that would be routed there unchanged are shown. A pattern that renames shows nothing: its target is hidden.
/// </remarks>
sealed class ModelList(GatewayParts parts)
{
    const string Prefix = "/v1/models/";
    const int LongestIdLength = 512;

    readonly UpstreamModels _upstreams = new(parts);

    public async Task RunAsync(ShelfCall call)
    {
        if (call.Endpoint.Kind == EndpointKind.Model)
        {
            await SendOneAsync(call, IdOf(call));
            return;
        }

        var query = PageQuery.Of(call.Http.Request.Query, out var error);
        if (query is null)
        {
            await call.FailAsync(error!);
            return;
        }

        var (models, failure) = await ListAsync(call);
        if (models is null)
        {
            await failure!.Value.FailAsync(call);
            return;
        }

        if (call.Face == Dialect.OpenAi)
        {
            await call.SendAsync(Written(json => WriteOpenAi(json, models)));
            return;
        }

        var (page, hasMore) = query.Cut(models, model => model.Id, out error);
        await (error is not null ? call.FailAsync(error) : call.SendAsync(Written(json => WriteAnthropic(json, page, hasMore))));
    }

    async Task SendOneAsync(ShelfCall call, string id)
    {
        // A pattern that renames serves every name that fits it; one that passes names through serves those its upstream has.
        var found = call.State.Models.ListedNames(call.Face).Contains(id, StringComparer.Ordinal) ? ListedModel.Named(id) : null;
        if (found is null && id.Length <= LongestIdLength && call.State.Models.TryRoute(call.Face, id, out ModelRoute? route))
        {
            var (models, failure) = IsRenamed(call, route) ? ([ListedModel.Named(id)], null) : await _upstreams.OfAsync(call, call.State[route.Upstream]);
            if (models is null)
            {
                await failure!.Value.FailAsync(call);
                return;
            }

            found = models.FirstOrDefault(model => model.Id == id);
        }

        if (found is not null)
        {
            await call.SendAsync(Written(json => found.Write(json, call.Face)));
            return;
        }

        await call.FailAsync(new GatewayError(404, "unknown_model", $"model: there is no model '{ShelfCall.Shown(id)}' here. GET /v1/models lists those there are."));
    }

    async Task<(IReadOnlyList<ListedModel>? Models, ShelfAnswer? Failure)> ListAsync(ShelfCall call)
    {
        if (call.State.Models.ListedNames(call.Face) is { Count: > 0 } names)
        {
            return ([.. names.Select(ListedModel.Named)], null);
        }

        var rules = call.State.Config.Models.Where(rule => rule.Model is null && (rule.Face is null || rule.Face == call.Face));
        var found = new List<ListedModel>();
        ShelfAnswer? failed = null;
        foreach (var name in rules.Select(rule => rule.Upstream).Distinct())
        {
            var upstream = call.State.Upstreams.First(upstream => upstream.Config.Name == name);
            var (models, failure) = await _upstreams.OfAsync(call, upstream);
            failed ??= failure;
            found.AddRange((models ?? []).Where(model =>
                call.State.Models.TryRoute(call.Face, model.Id, out ModelRoute? route) && route.Upstream.Name == name && route.Model == model.Id));
        }

        return found.Count == 0 && failed is not null ? (null, failed) : (found, null);
    }

    static bool IsRenamed(ShelfCall call, ModelRoute route) =>
        call.State.Config.Models.First(rule => rule.Match == route.Rule && (rule.Face is null || rule.Face == call.Face)).Model is not null;

    // From the request line itself, decoded once: the server leaves %2F in the path, and decoding that again would decode %252F twice.
    static string IdOf(ShelfCall call)
    {
        var target = call.Http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        target = target.Split('?', 2)[0];
        var at = target.IndexOf(Prefix, StringComparison.Ordinal);
        return at < 0
            ? call.Endpoint.Rest[1..].Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)
            : Uri.UnescapeDataString(target[(at + Prefix.Length)..].TrimEnd('/'));
    }

    static void WriteOpenAi(Utf8JsonWriter json, IReadOnlyList<ListedModel> models)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in models)
        {
            model.Write(json, Dialect.OpenAi);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteAnthropic(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, bool hasMore)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var model in models)
        {
            model.Write(json, Dialect.Anthropic);
        }

        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, hasMore);
        json.WriteString("first_id"u8, models is [var first, ..] ? first.Id : null);
        json.WriteString("last_id"u8, models is [.., var last] ? last.Id : null);
        json.WriteEndObject();
    }

    static ReadOnlyMemory<byte> Written(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        write(json);
        json.Flush();
        return output.WrittenMemory;
    }
}
