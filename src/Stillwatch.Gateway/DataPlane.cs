using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Appeals;
using Stillwatch.Gateway.Batches;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Files;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Shelves;
using Stillwatch.Gateway.Verification;

namespace Stillwatch.Gateway;

/// <summary>The data plane's one entry: match the path, authenticate, hand on. Whatever happens, the caller gets an answer in its dialect.</summary>
sealed class DataPlane(GatewayParts parts)
{
    readonly InferenceFlow _inference = new(parts);
    readonly TokenCounting _counting = new(parts);
    readonly ModelList _models = new(parts);
    readonly BatchFlow _batches = new(parts);
    readonly FileFlow _files = new(parts);

    public async Task HandleAsync(HttpContext context)
    {
        var requestId = ExchangeId.NewRequestId(parts.EventTime.GetUtcNow());
        var face = Dialect.OpenAi;
        try
        {
            var request = context.Request;
            if (request.Path.Equals(VerificationWebhook.Path, StringComparison.Ordinal))
            {
                await parts.Webhook.HandleAsync(context);
                return;
            }

            var isOwn = StandingEndpoint.Serves(request.Path);
            var isKnown = ApiEndpoint.TryMatch(request.Method, request.Path, out var endpoint, out var error);
            face = endpoint.Dialect ?? ApiEndpoint.FaceOf(request.Headers, request.Path);
            if (!isKnown && !isOwn)
            {
                await Reply.ErrorAsync(context, face, error!, requestId);
                return;
            }

            var key = Credential.Of(request.Headers, out error);
            if (key is null || !parts.Keys.TryAuthenticate(key, parts.Time.GetUtcNow(), out var caller, out error))
            {
                await Reply.ErrorAsync(context, face, error!, requestId);
                return;
            }

            if (isOwn)
            {
                await parts.Standing.HandleAsync(context, caller, face, requestId);
                return;
            }

            if (!caller.Scopes.HasFlag(endpoint.Scope))
            {
                await Reply.ErrorAsync(context, face, OutOfScope(endpoint.Scope), requestId);
                return;
            }

            var access = parts.Access.Of(caller, parts.Policy, parts.Responses, parts.EventTime.GetUtcNow());
            if (parts.Access.Refusal(access, endpoint.Kind, context, parts.State.Config) is { } refusal)
            {
                parts.Refuse(requestId, refusal);
                await Reply.ErrorAsync(context, face, refusal, requestId, headers => Admission.WriteNotice(access, headers));
                return;
            }

            await DispatchAsync(context, endpoint with { Dialect = face, MaxBodyBytes = LimitOf(endpoint) }, caller, access, requestId);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // the client left before there was anything to settle
        }
        catch (BadHttpRequestException e)
        {
            await Reply.ErrorAsync(context, face, new GatewayError(e.StatusCode, "bad_http_request", "The request is not well-formed HTTP."), requestId);
        }
#pragma warning disable CA1031 // the last line of defence: a fault of ours is logged, answered, and stays one exchange's
        catch (Exception e)
#pragma warning restore CA1031
        {
            parts.Events.Faulted(requestId, e);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            await Reply.ErrorAsync(context, face, new GatewayError(500, "internal_error", "The gateway failed on this request; the fault is logged under its id."), requestId);
        }
    }

    Task DispatchAsync(HttpContext context, ApiEndpoint endpoint, Caller caller, CallerAccess access, string requestId) =>
        endpoint.Kind is EndpointKind.Messages or EndpointKind.ChatCompletions
            ? _inference.RunAsync(context, endpoint, caller, access, requestId)
            : DispatchShelfAsync(new ShelfCall(context, endpoint, caller, access, requestId, parts.State));

    async Task DispatchShelfAsync(ShelfCall call)
    {
        Admission.WriteNotice(call.Access, call.Http.Response.Headers);
        if (!IsBatchCreation(call) && await parts.Admission.CountAsync(call.Access, call.Caller, "", new LimitDemand(1, 0, 0), call.Show) is { } refusal)
        {
            parts.Refuse(call.RequestId, refusal);
            await call.FailAsync(refusal);
            return;
        }

        await (call.Endpoint.Kind switch
        {
            EndpointKind.CountTokens => _counting.RunAsync(call),
            EndpointKind.Models or EndpointKind.Model => _models.RunAsync(call),
            EndpointKind.Batches or EndpointKind.Batch => _batches.RunAsync(call),
            EndpointKind.Files or EndpointKind.File => _files.RunAsync(call),
            _ => call.FailAsync(new GatewayError(404, "not_served", "This path is not served by this gateway.")),
        });
    }

    // Counted once its members are known.
    static bool IsBatchCreation(ShelfCall call) => call.Endpoint.Kind == EndpointKind.Batches && HttpMethods.IsPost(call.Method);

    // Read at each request: a reloaded configuration may have other limits.
    long LimitOf(ApiEndpoint endpoint) => endpoint.Kind switch
    {
        EndpointKind.Messages or EndpointKind.ChatCompletions or EndpointKind.CountTokens => parts.State.Config.MessageBodyBytes,
        EndpointKind.Batches => parts.State.Config.BatchBodyBytes,
        EndpointKind.Files => parts.State.Config.FileBodyBytes,
        _ => endpoint.MaxBodyBytes,
    };

    static GatewayError OutOfScope(KeyScopes scope) =>
        new(403, "out_of_scope", $"This key may not be used for {scope.ToString().ToLowerInvariant()}; ask for a key with that scope.") { ShouldRetry = false };
}
