using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Shelves;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway.Files;

/// <summary><c>/v1/files</c>: passed through to an upstream that has files, each account seeing its own and nobody else's.</summary>
/// <remarks>
/// New files go to the first upstream of the configuration that has files; a message may name a file only if it goes to the same one.
/// Who owns a file is remembered for 400 days, or until it is deleted.
/// </remarks>
sealed class FileFlow(GatewayParts parts)
{
    static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    const int MostOfAccount = 20_000;
    const int BufferBytes = 64 * 1024;
    const string Path = "/v1/files";

    readonly ShelfUpstream _upstreams = new(parts);
    readonly OwnedList _list = new(parts, OwnedKind.File, Path, static (_, file) => file);

    public Task RunAsync(ShelfCall call)
    {
        if (call.State.Upstreams.FirstOrDefault(HasFiles) is not { } first)
        {
            return call.FailAsync(new GatewayError(404, "files_not_supported",
                "No upstream of this gateway has files (the property 'files' of none is true). Put the content into the message itself."));
        }

        if (call.Endpoint.Kind == EndpointKind.Files)
        {
            return call.Method == "POST" ? UploadAsync(call, first) : _list.RunAsync(call);
        }

        var (id, verb) = call.Item();
        return !TryFind(call, id, out var file, out var upstream) ? call.FailAsync(Unknown(id)) : (call.Method, verb) switch
        {
            ("GET", "") => PassAsync(call, file, upstream),
            ("GET", "content") => PassContentAsync(call, file, upstream),
            ("DELETE", "") => DeleteAsync(call, file, upstream),
            _ => call.FailAsync(new GatewayError(405, "method_not_allowed", "A file takes GET, GET …/content and DELETE.")),
        };
    }

    public static GatewayError Unknown(string id) =>
        new(404, "unknown_file", id.Length == 0 ? "There is no such file." : $"There is no file '{ShelfCall.Shown(id)}'.");

    static bool HasFiles(Upstream upstream) => upstream.Config is { HasFiles: true, Dialect: Dialect.Anthropic };

    async Task UploadAsync(ShelfCall call, Upstream upstream)
    {
        var request = call.Http.Request;
        var error = request.ContentLength > call.Endpoint.MaxBodyBytes ? UploadContent.TooLarge(call.Endpoint.MaxBodyBytes)
            : request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) is not true
                ? new GatewayError(400, "not_multipart", "An upload must be multipart/form-data with a part named file.")
            : request.Headers.ContentEncoding.ToString() is not ("" or "identity")
                ? new GatewayError(400, "request_body_encoding_unsupported", "An upload cannot be compressed as a whole. Send it without Content-Encoding.")
            : parts.Owners.Count(OwnedKind.File, call.Caller.Account) >= MostOfAccount
                ? new GatewayError(429, "too_many_files", $"This account has {MostOfAccount} files. Delete some.") { ShouldRetry = false }
            : null;
        if (error is not null)
        {
            await call.FailAsync(error);
            return;
        }

        using var deadline = _upstreams.DeadlineOf(call, upstream);
        var answer = await _upstreams.AskAsync(
            call, upstream, HttpMethod.Post, Path + call.Beta, () => new UploadContent(request, call.Endpoint.MaxBodyBytes), deadline);
        if (answer.Error is not null)
        {
            await answer.FailAsync(call);
            return;
        }

        var time = parts.EventTime.GetUtcNow();
        var id = TopMember.FindId(answer.Body.Span, "id"u8);
        var isOurs = id is not null && parts.Owners.TryAdd(
            new OwnedItem
            {
                Kind = OwnedKind.File,
                Id = id,
                Account = call.Caller.Account,
                KeyId = call.Caller.KeyId,
                Origin = call.RequestId,
                Upstream = upstream.Config.Name,
                CreatedMs = time.ToUnixTimeMilliseconds(),
            },
            (time - Kept).ToUnixTimeMilliseconds());
        await (isOurs ? call.SendAsync(answer.Body) : call.FailAsync(
            new GatewayError(502, "upstream_wrong_form", "The server made a file under an id that cannot be used here; it will not be reachable.")));
    }

    async Task PassAsync(ShelfCall call, OwnedItem file, Upstream upstream)
    {
        using var deadline = _upstreams.DeadlineOf(call, upstream);
        var answer = await _upstreams.AskAsync(call, upstream, HttpMethod.Get, $"{Path}/{file.Id}{call.Beta}", null, deadline);
        await (answer.IsUnknown ? call.FailAsync(Unknown(file.Id)) : answer.Error is not null ? answer.FailAsync(call) : call.SendAsync(answer.Body));
    }

    async Task DeleteAsync(ShelfCall call, OwnedItem file, Upstream upstream)
    {
        using var deadline = _upstreams.DeadlineOf(call, upstream);
        var answer = await _upstreams.AskAsync(call, upstream, HttpMethod.Delete, $"{Path}/{file.Id}{call.Beta}", null, deadline);
        if (answer.Error is null || answer.IsUnknown)
        {
            parts.Owners.Remove(file);
        }

        await (answer.IsUnknown ? call.FailAsync(Unknown(file.Id)) : answer.Error is not null ? answer.FailAsync(call) : call.SendAsync(answer.Body));
    }

    async Task PassContentAsync(ShelfCall call, OwnedItem file, Upstream upstream)
    {
        using var deadline = _upstreams.DeadlineOf(call, upstream);
        var (response, error) = await _upstreams.SendAsync(call, upstream, HttpMethod.Get, $"{Path}/{file.Id}/content{call.Beta}", null, deadline);
        if (response is null)
        {
            await call.FailAsync(error!);
            return;
        }

        using (response)
        {
            if (!response.Message.IsSuccessStatusCode)
            {
                var answer = await _upstreams.ReadAsync(response, upstream, call.RequestId, deadline, maxBytes: 0);
                await (answer.IsUnknown ? call.FailAsync(Unknown(file.Id)) : answer.FailAsync(call));
                return;
            }

            await using var stream = await DecodedStream.OfAsync(response.Message, deadline.Token);
            Reply.Identify(call.Http.Response, call.Face, call.RequestId);
            ResponseHeaders.Copy(response.Message, call.Http.Response, isStream: false, keepsLength: stream is not DecodedStream);
            call.Http.Response.Headers.XContentTypeOptions = "nosniff"; // what an account uploaded is nothing a browser should run
            try
            {
                await CopyAsync(call, stream, upstream, deadline);
            }
            catch (OperationCanceledException) when (!deadline.ClientLeft)
            {
                call.Http.Abort();
            }
        }
    }

    async Task CopyAsync(ShelfCall call, Stream stream, Upstream upstream, Deadline deadline)
    {
        var context = call.Http;
        var output = context.Response.BodyWriter;
        while (true)
        {
            var (read, error) = await UpstreamReading.ReadAsync(
                stream, output.GetMemory(BufferBytes), upstream, call.RequestId, deadline, parts.Events);
            if (error is not null)
            {
                context.Abort(); // so that half a file does not look like a whole one
                return;
            }

            if (read == 0)
            {
                return;
            }

            output.Advance(read);
            await output.FlushAsync(deadline.Token);
        }
    }

    bool TryFind(ShelfCall call, string id, [NotNullWhen(true)] out OwnedItem? file, [NotNullWhen(true)] out Upstream? upstream)
    {
        var found = id.Length == 0 ? null : parts.Owners.Find(OwnedKind.File, id, call.Caller.Account);
        file = found;
        upstream = found is null ? null : call.State.Upstreams.FirstOrDefault(upstream => upstream.Config.Name == found.Upstream && HasFiles(upstream));
        return upstream is not null && file is not null;
    }
}
