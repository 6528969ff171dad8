using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Appeals;

/// <summary>An account's own view of how it stands, and its appeals: with its own key, also while it is suspended. Thread-safe.</summary>
/// <remarks>
/// Comes after authentication and before every refusal that a response, a limit or a region leads to. An account sees nothing but itself: another's
/// appeal is as unknown as one that does not exist.
/// </remarks>
/// <param name="standing">What is known of the caller.</param>
/// <param name="refusal">What shuts the caller out apart from responses, asked for this very call.</param>
/// <param name="eventTime">The time that responses are dated by.</param>
sealed class StandingEndpoint(
    CaseStore store, CaseCommands commands, Func<AccessPolicy> policy, Func<Caller, Standing> standing, Func<HttpContext, Caller, GatewayError?> refusal, TimeProvider eventTime)
{
    const string Root = "/stillwatch/v1";
    const string Messages = "/messages";
    const int MaxBodyBytes = 64 * 1024; // 8 KiB of text, every letter of it escaped

    /// <summary>Whether a path is one of these.</summary>
    public static bool Serves(PathString path) => path.StartsWithSegments(Root);

    public Task HandleAsync(HttpContext context, Caller caller, Dialect face, string requestId)
    {
        context.Response.Headers.CacheControl = "no-store";
        var call = new Call(context, caller, face, requestId);
        var path = context.Request.Path.Value!.TrimEnd('/');
        var isAppeal = path.StartsWith($"{Root}/appeals/", StringComparison.Ordinal);
        return (path, context.Request.Method) switch
        {
            ($"{Root}/standing", "GET") => ShowStanding(call),
            ($"{Root}/appeals", "GET") => ListAppeals(call),
            ($"{Root}/appeals", "POST") => MakeAppeal(call),
            (_, "POST") when isAppeal && path.EndsWith(Messages, StringComparison.Ordinal) => AddMessage(call, path[(Root.Length + "/appeals/".Length)..^Messages.Length]),
            (_, "GET") when isAppeal => ShowAppeal(call, path[(Root.Length + "/appeals/".Length)..]),
            ($"{Root}/standing", _) => call.FailAsync(new GatewayError(405, "method_not_allowed", "This path takes GET, not this method.")),
            ($"{Root}/appeals", _) => call.FailAsync(new GatewayError(405, "method_not_allowed", "This path takes GET and POST, not this method.")),
            _ when isAppeal => call.FailAsync(new GatewayError(405, "method_not_allowed", "An appeal takes GET, and POST at its /messages, not this method.")),
            _ => call.FailAsync(new GatewayError(404, "unknown_path", $"There are {Root}/standing and {Root}/appeals here, and no other path.")),
        };
    }

    Task ShowStanding(Call call)
    {
        var (now, rules, own) = (eventTime.GetUtcNow(), policy(), standing(call.Caller));
        var access = refusal(call.Http, call.Caller) is { } error ? new AccessRefusal(error.Code, error.Message) : null;
        // What was only decided is not told: nothing is done to the account.
        var responses = rules.Mode == PolicyMode.Enforce
            ? store.Picture.ResponsesOf(call.Caller.Account, now).Where(found => found.Held.Enforced).Select(found => Statement.Of(found.Case, found.Held, rules)).ToList()
            : [];
        return call.SendAsync(200, JsonSerializer.SerializeToUtf8Bytes(new StandingAnswer(call.Caller.Account, own.Level, access, responses), StandingJson.Strict.StandingAnswer));
    }

    Task ListAppeals(Call call)
    {
        var picture = store.Picture;
        var views = picture.AppealsOf.GetValueOrDefault(call.Caller.Account, []).Select(id => AppealView.Of(picture.Appeals[id])).Reverse().ToList();
        return call.SendAsync(200, JsonSerializer.SerializeToUtf8Bytes(new AppealViews(views), StandingJson.Strict.AppealViews));
    }

    Task ShowAppeal(Call call, string id) => store.Picture.Appeals.TryGetValue(id, out var appeal) && appeal.Account == call.Caller.Account
        ? call.SendAsync(200, JsonSerializer.SerializeToUtf8Bytes(AppealView.Of(appeal), StandingJson.Strict.AppealView))
        : call.FailAsync(new GatewayError(404, "unknown_appeal", "This account has no such appeal: GET /stillwatch/v1/appeals lists its appeals."));

    async Task AddMessage(Call call, string id)
    {
        if (await ReadAsync(call, StandingJson.Strict.MessageOrder, """A message is a JSON object: {"text":"…"}, and nothing else.""") is not { } order)
        {
            return;
        }

        var answer = commands.WriteAs(call.Caller.Account, id, order.Text ?? "", eventTime.GetUtcNow());
        await (answer.Appeal is { } appeal
            ? call.SendAsync(201, JsonSerializer.SerializeToUtf8Bytes(AppealView.Of(appeal), StandingJson.Strict.AppealView))
            : call.FailAsync(answer.Fault switch
            {
                CaseFault.UnknownAppeal => new GatewayError(404, "unknown_appeal", "This account has no such appeal: GET /stillwatch/v1/appeals lists its appeals."),
                CaseFault.AlreadyDecided => new GatewayError(409, "appeal_answered", answer.Message!) { ShouldRetry = false },
                CaseFault.TooMany => new GatewayError(429, "too_many_messages", answer.Message!) { ShouldRetry = false },
                _ => new GatewayError(400, "invalid_appeal", answer.Message!),
            }));
    }

    async Task MakeAppeal(Call call)
    {
        if (await ReadAsync(call, StandingJson.Strict.AppealOrder, """An appeal is a JSON object: {"statement":"…"}, with "contact" and "case" if you like, and nothing else.""") is not { } order)
        {
            return;
        }

        var answer = commands.Appeal(call.Caller.Account, order.Case, order.Statement ?? "", order.Contact, eventTime.GetUtcNow(), refusal(call.Http, call.Caller) is not null);
        await (answer.Appeal is { } appeal
            ? call.SendAsync(201, JsonSerializer.SerializeToUtf8Bytes(AppealView.Of(appeal), StandingJson.Strict.AppealView))
            : call.FailAsync(answer.Fault switch
            {
                CaseFault.NoAccount => new GatewayError(409, "nothing_to_appeal", answer.Message!) { ShouldRetry = false },
                CaseFault.AppealOpen => new GatewayError(409, "appeal_open", answer.Message!) { ShouldRetry = false },
                CaseFault.TooManyAppeals => new GatewayError(429, "too_many_appeals", answer.Message!) { ShouldRetry = false },
                _ => new GatewayError(400, "invalid_appeal", answer.Message!),
            }));
    }

    /// <summary>Null when it is none, and then the caller has been answered. Nothing of the text gets into the answer.</summary>
    static async Task<T?> ReadAsync<T>(Call call, JsonTypeInfo<T> type, string shape)
        where T : class
    {
        if (call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        try
        {
            if (await JsonSerializer.DeserializeAsync(call.Http.Request.Body, type, call.Http.RequestAborted) is { } order)
            {
                return order;
            }
        }
        catch (JsonException)
        {
            // answered below
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await call.FailAsync(new GatewayError(413, "request_too_large", $"An appeal is a JSON object of at most {MaxBodyBytes} bytes."));
            return null;
        }

        await call.FailAsync(new GatewayError(400, "invalid_appeal", shape));
        return null;
    }

    sealed record Call(HttpContext Http, Caller Caller, Dialect Face, string RequestId)
    {
        public Task FailAsync(GatewayError error) => Reply.ErrorAsync(Http, Face, error, RequestId);

        public Task SendAsync(int status, ReadOnlyMemory<byte> json)
        {
            Http.Response.StatusCode = status;
            Reply.Identify(Http.Response, Face, RequestId);
            return Reply.JsonAsync(Http, json);
        }
    }
}
