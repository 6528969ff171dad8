using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>What is replaced in a request that stays in its dialect: the model's name, the ids of the client, and the wish for usage. Nothing else.</summary>
static class RequestEdits
{
    /// <summary>The edits for one request; <paramref name="body"/> is only read where a value is derived from the client's own.</summary>
    /// <param name="introducesUser">Name the account where the client named no user; where it did, its name is replaced in any case.</param>
    public static BodyEdits Of(ReadOnlySpan<byte> body, RequestOutline outline, Route route, Caller caller, bool introducesUser = true)
    {
        var edits = new BodyEdits();
        if (route.IsRenamed)
        {
            edits.Replace(outline.ModelToken.Start, outline.ModelToken.Length, ModelToken.Of(route.UpstreamModel));
        }

        if (route.Upstream.Config.SendUserId && (introducesUser || !outline.UserIdToken.IsEmpty))
        {
            ReplaceUser(edits, body, outline, route, caller.UpstreamUserId);
        }

        if (route.Upstream.Config.Dialect == Dialect.OpenAi)
        {
            ReplaceOpenAi(edits, body, outline, route, caller);
        }

        return edits;
    }

    static void ReplaceUser(BodyEdits edits, ReadOnlySpan<byte> body, RequestOutline outline, Route route, string userId)
    {
        var isAnthropic = route.Upstream.Config.Dialect == Dialect.Anthropic;
        if (!outline.UserIdToken.IsEmpty)
        {
            edits.Replace(outline.UserIdToken.Start, outline.UserIdToken.Length, Encoding.ASCII.GetBytes($"\"{userId}\""));
        }
        else if (isAnthropic && !outline.NullMetadata.IsEmpty)
        {
            edits.Replace(outline.NullMetadata.Start, outline.NullMetadata.Length, Encoding.ASCII.GetBytes($"{{\"user_id\":\"{userId}\"}}"));
        }
        else if (isAnthropic && !outline.Metadata.IsEmpty)
        {
            var comma = IsEmpty(body, outline.Metadata) ? "" : ",";
            edits.Replace(outline.Metadata.Start + 1, 0, Encoding.ASCII.GetBytes($"\"user_id\":\"{userId}\"{comma}"));
        }
        else
        {
            var comma = outline.HasMembers ? "," : "";
            edits.Replace(outline.BodyStart, 0, Encoding.ASCII.GetBytes(
                isAnthropic ? $"\"metadata\":{{\"user_id\":\"{userId}\"}}{comma}" : $"\"user\":\"{userId}\"{comma}"));
        }
    }

    static void ReplaceOpenAi(BodyEdits edits, ReadOnlySpan<byte> body, RequestOutline outline, Route route, Caller caller)
    {
        if (!outline.SafetyIdentifierToken.IsEmpty)
        {
            edits.Replace(outline.SafetyIdentifierToken.Start, outline.SafetyIdentifierToken.Length, Encoding.ASCII.GetBytes($"\"{caller.UpstreamUserId}\""));
        }

        if (!outline.PromptCacheKeyToken.IsEmpty && body[outline.PromptCacheKeyToken.Start] == '"')
        {
            // The client groups its requests for the cache; apart from other accounts, and without its own words.
            var place = outline.PromptCacheKeyToken;
            edits.Replace(place.Start, place.Length, Encoding.ASCII.GetBytes($"\"{caller.CacheKeyOf(body.Slice(place.Start, place.Length))}\""));
        }

        if (!outline.Stream || outline.IncludeUsage || !route.Upstream.Config.AskForUsage)
        {
            return;
        }

        if (!outline.IncludeUsageToken.IsEmpty)
        {
            edits.Replace(outline.IncludeUsageToken.Start, outline.IncludeUsageToken.Length, "true"u8.ToArray());
        }
        else if (!outline.NullStreamOptions.IsEmpty)
        {
            edits.Replace(outline.NullStreamOptions.Start, outline.NullStreamOptions.Length, "{\"include_usage\":true}"u8.ToArray());
        }
        else if (!outline.StreamOptions.IsEmpty)
        {
            edits.Replace(outline.StreamOptions.Start + 1, 0, IsEmpty(body, outline.StreamOptions) ? "\"include_usage\":true"u8.ToArray() : "\"include_usage\":true,"u8.ToArray());
        }
        else
        {
            edits.Replace(outline.BodyStart, 0, "\"stream_options\":{\"include_usage\":true},"u8.ToArray());
        }
    }

    static bool IsEmpty(ReadOnlySpan<byte> body, TextSlice braces) => body.Slice(braces.Start + 1, braces.Length - 2).Trim(" \t\r\n"u8).IsEmpty;
}
