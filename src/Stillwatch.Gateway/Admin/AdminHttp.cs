using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Stillwatch.Gateway.Keys;

namespace Stillwatch.Gateway.Admin;

/// <summary>Reading and answering on the admin listener: JSON both ways, faults in one shape.</summary>
static class AdminHttp
{
    const long MaxBodyBytes = 8 * 1024 * 1024; // an order of 20,000 keys

    /// <summary>The body as JSON; null when it is none, and then the caller has been answered.</summary>
    public static async Task<T?> Read<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        try
        {
            if (await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) is { } value)
            {
                AuditTrail.Sign(context, value);
                return value;
            }

            await Refuse(context, 400, new AdminFault("invalid_json", "The body is null: send a JSON object."));
        }
        catch (JsonException e)
        {
            await Refuse(context, 400, new AdminFault("invalid_json", $"The body is no such JSON object as openapi.json describes, at {e.Path ?? "$"}."));
        }
        catch (BadHttpRequestException e)
        {
            await Refuse(context, e.StatusCode, new AdminFault("invalid_body", $"The body cannot be read: at most {MaxBodyBytes} bytes, sent whole."));
        }

        return null;
    }

    public static Task Refuse(HttpContext context, int status, AdminFault fault) =>
        Write(context, status, new AdminFaultAnswer(fault), AdminJson.Strict.AdminFaultAnswer);

    public static Task Write<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, type, cancellationToken: context.RequestAborted);
    }

    // Kestrel decodes a path but for %2F, which it leaves so that no segment falls in two; an account may well hold a slash.
    public static string Value(HttpContext context, string name) =>
        ((string)context.Request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    public static string? Query(HttpContext context, string name) => context.Request.Query[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>A moment in a query; null when it is not stated, false when what is stated is no moment.</summary>
    public static bool TryReadMoment(HttpContext context, string name, out DateTimeOffset? moment)
    {
        moment = null;
        if (Query(context, name) is not { } text)
        {
            return true;
        }

        var isMoment = KeyTimes.TryParseMoment(text, out var value);
        moment = value;
        return isMoment;
    }

    /// <summary>A whole number in a query; null when it is not stated, false when what is stated is none from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static bool TryReadWhole(HttpContext context, string name, long least, long most, out long? value)
    {
        value = null;
        if (Query(context, name) is not { } text)
        {
            return true;
        }

        var isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read) && read >= least && read <= most;
        value = read;
        return isNumber;
    }

    /// <summary>A word in a query, one of <see cref="Words{T}"/>; null when it is not stated, false when what is stated is none of them.</summary>
    public static bool TryReadWord<T>(HttpContext context, string name, StringComparison comparison, out T? value)
        where T : struct, Enum
    {
        value = null;
        if (Query(context, name) is not { } text)
        {
            return true;
        }

        var isWord = Enum.TryParse<T>(text, ignoreCase: true, out var read) && Enum.GetNames<T>().Any(word => string.Equals(word.ToLowerInvariant(), text, comparison));
        value = read;
        return isWord;
    }

    public static string Words<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()));
}
