namespace Stillwatch.Gateway.Dialects.Translation;

/// <summary>Whether an upstream's sentence may be shown to its caller: it must not tell where or what the upstream is.</summary>
static class UpstreamMessage
{
    static readonly string[] Telling = ["://", "www.", "Traceback", "org-", "sk-", "localhost", "<html", "<!DOCTYPE", ".internal", ".local", ".svc"];

    /// <summary>One line without control characters, addresses, host names, paths, organisation ids or keys.</summary>
    public static bool IsSafe(string message)
    {
        if (message.Any(char.IsControl) || Telling.Any(word => message.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        foreach (var word in message.Split([' ', ',', ';', '(', ')', '\'', '"', '`', '[', ']', '<', '>', '='], StringSplitOptions.RemoveEmptyEntries))
        {
            if (LooksLikeHost(word.TrimEnd('.', ':', '!', '?')) || word.StartsWith('/'))
            {
                return false;
            }
        }

        return true;
    }

    // a.b with a letter at the end's start (api.example.com, v1.host:80), 10.0.0.1, name:8000, ::1. A dotted member of a request
    // (messages.0.content) or a model's version (gpt-4.1) is none.
    static bool LooksLikeHost(string word)
    {
        var colon = word.LastIndexOf(':');
        if (colon >= 0 && word.Length - colon is > 2 and <= 6 && word[(colon + 1)..].All(char.IsAsciiDigit))
        {
            return true;
        }

        var labels = word.Split('.');
        return labels.Length >= 2 && labels.All(label => label.Length > 0)
            && (labels.Length == 4 && labels.All(label => label.All(char.IsAsciiDigit))
                || labels[^1].Length is >= 2 and <= 6 && labels[^1].All(char.IsAsciiLetter) && labels[^2].All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
                    && !IsRequestPath(labels[0]));
    }

    static bool IsRequestPath(string first) =>
        first.StartsWith("messages", StringComparison.Ordinal) || first is "tools" or "system" or "thinking" or "body" or "output_config" or "tool_choice" or "metadata";
}
