using Microsoft.AspNetCore.Http;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Enforcement.Displacement;
using Stillwatch.Gateway.Enforcement.Withholding;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Access;

/// <summary>Decides about one request once it is known what it asks: level, response, limits. What it takes out of budgets, it settles. Thread-safe.</summary>
/// <remarks>Steps: (1) the level that model and reasoning need; (2) the response, which may hold for the harvest alone; (3) a trial of
/// displacement; (4) every budget, or none; (5) what the upstream's answer must lose.</remarks>
sealed class Admission(LevelGate levels, ILimiter limiter, DisplacementDesk displacement, ReasoningVault reasoning, TimeProvider eventTime)
{
    readonly ReservationPool _reservations = new();

    /// <summary>Admits an exchange whose body was read, or says why not.</summary>
    public async ValueTask<GatewayError?> AdmitAsync(InferenceExchange exchange)
    {
        if (RefusalOf(exchange, out var rung) is { } refusal)
        {
            return refusal;
        }

        var access = exchange.Access;
        var policy = access.Policy;
        exchange.IsRefused = IsDeclined(exchange, rung);
        // 3.
        if (rung >= Rung.Shape && !displacement.Admits(exchange.Caller.Account, exchange.Time, out var retryAfter))
        {
            return new GatewayError(429, "rate_limited", "This account is asked to slow down for a few minutes. Ask less often.") { RetryAfter = retryAfter };
        }

        // 4.
        var demand = LimitDemands.Of(exchange.Body!.Span.Length, exchange.MaxTokens, policy.Limits);
        if (await ReserveAsync(exchange, demand, rung >= Rung.Shape ? access.Response!.Case : null) is { } tooMuch)
        {
            return tooMuch;
        }

        // 5.
        exchange.Withholding = exchange.IsRefused ? null
            : WithholdingFor(access, rung, exchange.Route!.RequestedModel, exchange.Face, exchange.Caller.Account, exchange.RequestId);
        return null;
    }

    /// <summary>What a member of a batch is asked: steps 1 and 2, which take nothing out of a budget. It has no answer of its own that could decline.</summary>
    public GatewayError? RefusalOfMember(InferenceExchange exchange) => RefusalOf(exchange, out var rung) ?? (!IsDeclined(exchange, rung) ? null : new GatewayError(
        403, "request_declined",
        "requests for reasoning, written out as this one asks for, are declined for this account under a restriction. GET /stillwatch/v1/standing says which, and how to appeal.")
    {
        ShouldRetry = false,
    });

    /// <summary>Steps 1 and 2 alone, which take nothing out of a budget.</summary>
    /// <param name="rung">What applies to this request.</param>
    public GatewayError? RefusalOf(InferenceExchange exchange, out Rung rung)
    {
        var access = exchange.Access;
        rung = access.Response?.RungFor(exchange.Sketch) ?? Rung.Observe;
        // 1.
        var level = levels.Check(access.Policy.Levels, access.Standing, GatedFeature.Models, exchange.Route!.RequestedModel, access.Policy.VerifyUrl);
        // 2.
        return level?.Error ?? (rung == Rung.Suspend ? ResponseErrors.Suspended(access.Response!, access.Policy) : null);
    }

    /// <summary>What takes the reasoning out of a response; null where the account may see it.</summary>
    /// <param name="rung">What applies; for results of a batch, whose requests are gone, the account's own.</param>
    public Withholding? WithholdingFor(CallerAccess access, Rung rung, string model, Dialect face, string account, string requestId) =>
        rung >= Rung.Withhold || levels.Check(access.Policy.Levels, access.Standing, GatedFeature.Reasoning, model, access.Policy.VerifyUrl) is not null
            ? reasoning.For(face, account, requestId, access.Policy.Responses.StatesThinkingTokens)
            : null;

    /// <summary>One call beside inference: it counts as a request and is over at once, or keeps what it reserves when nobody can say what it comes to.</summary>
    /// <param name="model">Empty where a call names none.</param>
    public async ValueTask<GatewayError?> CountAsync(CallerAccess access, Caller caller, string model, LimitDemand demand, Action<LimitReservation>? show = null)
    {
        if (access.InForce.Limits.Rules.Count == 0)
        {
            return null;
        }

        var reservation = _reservations.Take();
        try
        {
            var (now, ring) = (eventTime.GetUtcNow(), access.Response is { Rung: >= Rung.Shape } response ? response.Case : null);
            var refusal = await limiter.ReserveAsync(access.InForce.Limits, SubjectOf(access, caller, model, ring), demand, reservation, now);
            show?.Invoke(reservation);
            limiter.Settle(reservation, default, isKnown: false, now);
            return refusal?.Error;
        }
        finally
        {
            _reservations.GiveBack(reservation);
        }
    }

    /// <summary>The headers that go with every answer: how the budgets stand, and the notice of <c>verify</c>.</summary>
    public static void WriteHeaders(InferenceExchange exchange, IHeaderDictionary headers)
    {
        if (exchange.Reservation is { } reservation)
        {
            LimitHeaders.Write(headers, exchange.Face, reservation);
        }

        WriteNotice(exchange.Access, headers);
    }

    public static void WriteNotice(CallerAccess access, IHeaderDictionary headers)
    {
        if (access.Response is { } response)
        {
            VerifyNotice.Write(headers, response, access.Policy.Responses, access.Standing, access.Policy.VerifyUrl);
        }
    }

    /// <summary>An admitted exchange is over.</summary>
    /// <param name="settlement">What it came to; null when no model was reached.</param>
    public void Settle(InferenceExchange exchange, Settlement? settlement)
    {
        var now = eventTime.GetUtcNow();
        displacement.Count(exchange.Caller.Account, now);
        if (exchange.Reservation is not { IsOpen: true } reservation)
        {
            return;
        }

        if (settlement is { } settled)
        {
            limiter.Settle(reservation, settled.Usage, isKnown: !settled.IsEstimated, now);
        }
        else
        {
            limiter.Release(reservation, now);
        }
    }

    /// <summary>Nothing of the exchange is needed any more.</summary>
    public void LetGo(InferenceExchange exchange)
    {
        if (exchange.Reservation is not { } reservation)
        {
            return;
        }

        exchange.Reservation = null;
        if (reservation.IsOpen)
        {
            limiter.Release(reservation, eventTime.GetUtcNow()); // it failed before it was settled
        }

        _reservations.GiveBack(reservation);
    }

    async ValueTask<GatewayError?> ReserveAsync(InferenceExchange exchange, LimitDemand demand, string? ring)
    {
        var plan = exchange.Access.InForce.Limits;
        if (plan.Rules.Count == 0)
        {
            return null;
        }

        exchange.Reservation = _reservations.Take();
        var subject = SubjectOf(exchange.Access, exchange.Caller, exchange.Route!.RequestedModel, ring);
        return (await limiter.ReserveAsync(plan, subject, demand, exchange.Reservation, exchange.Time))?.Error;
    }

    static bool IsDeclined(InferenceExchange exchange, Rung rung)
    {
        var responses = exchange.Access.Policy.Responses;
        return rung >= responses.RefuseFrom && (exchange.Sketch.Cues & responses.RefusedCues) != Capabilities.None;
    }

    static LimitSubject SubjectOf(CallerAccess access, Caller caller, string model, string? ring) => new(
        caller.KeyId, caller.Account, access.Standing.Account.Organization ?? caller.Organization, model, access.Level, access.Standing.Account.Programme, ring);
}
