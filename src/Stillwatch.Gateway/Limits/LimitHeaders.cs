using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Limits;

/// <summary>States the tightest enforced limit of each meter, after an admission and after a refusal, in the headers that the caller's
/// SDK reads.</summary>
/// <remarks>The limit is what a full budget holds, since that is what remaining counts down from; reset is when it will be full
/// again.</remarks>
static class LimitHeaders
{
    /// <summary>Adds nothing for meters that no enforced rule limits. Concurrency and spend have no headers in either API.</summary>
    public static void Write(IHeaderDictionary headers, Dialect dialect, LimitReservation reservation)
    {
        if (reservation.Plan is null)
        {
            return;
        }

        if (dialect == Dialect.OpenAi)
        {
            OpenAi(headers, reservation);
        }
        else
        {
            Anthropic(headers, reservation);
        }
    }

    static void Anthropic(IHeaderDictionary headers, LimitReservation reservation)
    {
        if (Tightest(reservation, 1 << (int)Meter.Requests, out var found))
        {
            headers["anthropic-ratelimit-requests-limit"] = found.Rule.Texts.Limit;
            headers["anthropic-ratelimit-requests-remaining"] = found.Rule.Texts.Of(found.Remaining);
            headers["anthropic-ratelimit-requests-reset"] = reservation.Plan!.Resets.Instant(found.ResetTicks);
        }

        if (Tightest(reservation, 1 << (int)Meter.Tokens, out found))
        {
            headers["anthropic-ratelimit-tokens-limit"] = found.Rule.Texts.Limit;
            headers["anthropic-ratelimit-tokens-remaining"] = found.Rule.Texts.OfThousands(found.Remaining);
            headers["anthropic-ratelimit-tokens-reset"] = reservation.Plan!.Resets.Instant(found.ResetTicks);
        }

        if (Tightest(reservation, 1 << (int)Meter.InputTokens, out found))
        {
            headers["anthropic-ratelimit-input-tokens-limit"] = found.Rule.Texts.Limit;
            headers["anthropic-ratelimit-input-tokens-remaining"] = found.Rule.Texts.OfThousands(found.Remaining);
            headers["anthropic-ratelimit-input-tokens-reset"] = reservation.Plan!.Resets.Instant(found.ResetTicks);
        }

        if (Tightest(reservation, 1 << (int)Meter.OutputTokens, out found))
        {
            headers["anthropic-ratelimit-output-tokens-limit"] = found.Rule.Texts.Limit;
            headers["anthropic-ratelimit-output-tokens-remaining"] = found.Rule.Texts.OfThousands(found.Remaining);
            headers["anthropic-ratelimit-output-tokens-reset"] = reservation.Plan!.Resets.Instant(found.ResetTicks);
        }
    }

    static void OpenAi(IHeaderDictionary headers, LimitReservation reservation)
    {
        if (Tightest(reservation, 1 << (int)Meter.Requests, out var found))
        {
            headers["x-ratelimit-limit-requests"] = found.Rule.Texts.Limit;
            headers["x-ratelimit-remaining-requests"] = found.Rule.Texts.Of(found.Remaining);
            headers["x-ratelimit-reset-requests"] = reservation.Plan!.Resets.Duration(found.ResetTicks - reservation.NowTicks);
        }

        if (Tightest(reservation, (1 << (int)Meter.Tokens) | (1 << (int)Meter.InputTokens) | (1 << (int)Meter.OutputTokens), out found))
        {
            headers["x-ratelimit-limit-tokens"] = found.Rule.Texts.Limit;
            headers["x-ratelimit-remaining-tokens"] = found.Rule.Texts.OfThousands(found.Remaining);
            headers["x-ratelimit-reset-tokens"] = reservation.Plan!.Resets.Duration(found.ResetTicks - reservation.NowTicks);
        }
    }

    // Of two with the same left, the one that stays longer.
    static bool Tightest(LimitReservation reservation, int meters, out (BudgetRule Rule, long Remaining, long ResetTicks) found)
    {
        found = (null!, long.MaxValue, 0);
        for (var i = 0; i < reservation.Count; i++)
        {
            ref var slot = ref reservation[i];
            if (!slot.Rule.IsEnforced || slot.Outcome == TakeOutcome.TableFull || (meters & (1 << (int)slot.Rule.Meter)) == 0)
            {
                continue;
            }

            var remaining = slot.Rule.Rate.Remaining(slot.Level, reservation.NowTicks);
            var reset = Math.Max(slot.Level.FullAgainTicks + (slot.Level.Parts > 0 ? 1 : 0), reservation.NowTicks);
            if (remaining < found.Remaining || (remaining == found.Remaining && reset > found.ResetTicks))
            {
                found = (slot.Rule, remaining, reset);
            }
        }

        return found.Rule is not null;
    }
}
