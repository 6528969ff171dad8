using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Stillwatch.Engine.Exchanges;

/// <summary>Puts into words why a request body was refused. Runs for refused bodies only, so it may look a second time.</summary>
static class RequestFaults
{
    const int MaxSegments = 12;
    const int MaxNameLength = 64;

    public static RequestFault Of(RejectReason reason, ReadOnlySpan<byte> body, ParsedExchange parsed, RequestOutline outline)
    {
        var at = parsed.Scratch.FaultAt;
        switch (reason)
        {
            case RejectReason.InvalidUtf8:
                return new(reason, "", $"is not valid UTF-8: it breaks at byte {ValidBytes(body)}");
            case RejectReason.BadJson:
                return new(reason, "", Broken(body, parsed.Scratch));
            case RejectReason.NotAnObject:
                var root = new Utf8JsonReader(body);
                root.Read();
                return new(reason, "", $"must be a JSON object, it is {Found(root.TokenType)}");
            case RejectReason.TooDeep:
                return new(reason, "", $"is nested deeper than {ExchangeParser.MaxLiveDepth} levels");
            case RejectReason.TooMany:
                return new(reason, "", outline.FileIds.Count == RequestOutline.MaxFileIds
                    ? $"names more than {RequestOutline.MaxFileIds} files"
                    : $"holds objects with more than {OpenNames.MaxNames} members");
            case RejectReason.DuplicateKey:
                return new(reason, PathTo(body, parsed.Scratch.Names.TwinStart, out _, out _), "appears twice");
            case RejectReason.MissingMember when at >= 0:
                return new(reason, PathTo(body, at, out _, out _) + ".role", "is missing");
            case RejectReason.MissingMember:
                return Missing(body, parsed, outline);
            default:
                var path = PathTo(body, at, out var leaf, out var found);
                return new(reason, path, $"must be {Expected(leaf)}, it is {Found(found)}");
        }
    }

    static RequestFault Missing(ReadOnlySpan<byte> body, ParsedExchange parsed, RequestOutline outline)
    {
        if (!parsed.Model.IsEmpty)
        {
            return new(RejectReason.MissingMember, "messages", "is missing");
        }

        var detail = outline.ModelToken.IsEmpty ? "is missing" : body[outline.ModelToken.Start] == (byte)'"' ? "is empty" : "must be a string, it is null";
        return new(RejectReason.MissingMember, "model", detail);
    }

    static string Broken(ReadOnlySpan<byte> body, ParsingScratch scratch)
    {
        if (body.StartsWith("\uFEFF"u8))
        {
            return "starts with a byte order mark; send plain UTF-8 without one";
        }

        if (body.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return "is empty; a JSON object is expected";
        }

        return scratch.IsClosed ? "goes on after its closing brace"
            : IsCutOff(body) ? $"is cut off: it ends after {body.Length} bytes, inside the JSON object"
            : $"is not valid JSON at byte {Math.Max(0, scratch.FaultAt)} or right after it";
    }

    static bool IsCutOff(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = ExchangeParser.MaxLiveDepth }));
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static int ValidBytes(ReadOnlySpan<byte> body)
    {
        Span<char> sink = stackalloc char[512];
        var valid = 0;
        int read;
        while (Utf8.ToUtf16(body[valid..], sink, out read, out _, replaceInvalidSequences: false) == System.Buffers.OperationStatus.DestinationTooSmall)
        {
            valid += read;
        }

        return valid + read;
    }

    /// <summary>The path to the token that begins at <paramref name="at"/>, as <c>messages[3].content</c>.</summary>
    /// <param name="leaf">The innermost member's name, null inside an array.</param>
    static string PathTo(ReadOnlySpan<byte> body, int at, out string? leaf, out JsonTokenType found)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ExchangeParser.MaxLiveDepth });
        var steps = new List<(string? Name, int Index)>();
        while (reader.Read())
        {
            var opens = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject;
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                steps.RemoveAt(steps.Count - 1);
            }
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                steps[^1] = (NameOf(reader.ValueSpan), -1);
            }
            else if (steps.Count > 0 && steps[^1].Name is null)
            {
                steps[^1] = (null, steps[^1].Index + 1);
            }

            if (reader.TokenStartIndex >= at)
            {
                break;
            }

            if (opens)
            {
                steps.Add((reader.TokenType == JsonTokenType.StartObject ? "" : null, -1));
            }
        }

        found = reader.TokenType;
        leaf = steps.Count > 0 ? steps[^1].Name : null;
        var path = new StringBuilder();
        foreach (var (name, index) in steps.Take(MaxSegments))
        {
            path.Append(name is null ? $"[{index}]" : path.Length > 0 ? "." + name : name);
        }

        return path.Append(steps.Count > MaxSegments ? "…" : "").ToString();
    }

    // A name is the caller's: shortened, and without what could break a log's line.
    static string NameOf(ReadOnlySpan<byte> raw)
    {
        Span<byte> plain = stackalloc byte[MaxNameLength * 4];
        var name = Encoding.UTF8.GetString(plain[..JsonText.Unescape(raw, plain, out _)]);
        return string.Concat(name.Take(MaxNameLength).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }

    static string Expected(string? leaf) => leaf switch
    {
        "model" or "role" or "type" or "text" or "id" or "tool_use_id" or "tool_call_id" => "a string",
        "messages" or "tools" or "tool_calls" => "an array",
        "system" or "content" => "a string or an array of blocks",
        "stream" or "include_usage" => "a boolean",
        "temperature" or "max_tokens" or "max_completion_tokens" => "a number",
        _ => "an object",
    };

    static string Found(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        JsonTokenType.StartArray => "an array",
        _ => "an object",
    };
}
