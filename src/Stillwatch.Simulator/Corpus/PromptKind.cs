namespace Stillwatch.Simulator.Corpus;

/// <summary>What a text is good for in a simulated request. Each has a rule of the built-in grammar; a corpus may add texts.</summary>
enum PromptKind
{
    Chat,
    FollowUp,
    Code,
    CodeFollowUp,
    Support,
    Document,
    Question,
    AppSystem,
    AppFrame,
    Viral,
    Rules,
    Rag,
    Classify,
    EvalFrame,
    Problem,
    Seed,
    Sensitive,
    RedTeam,
    AgentGoal,
    OfficeGoal,
    Assignment,
}

/// <summary>Which built-in rule and which kinds of a corpus serve a <see cref="PromptKind"/>.</summary>
static class PromptKinds
{
    public static string Rule(PromptKind kind) => kind switch
    {
        PromptKind.Chat => "chat_en",
        PromptKind.FollowUp => "followup",
        PromptKind.Code => "code",
        PromptKind.CodeFollowUp => "code_followup",
        PromptKind.Support => "support",
        PromptKind.Document => "document",
        PromptKind.Question => "ask",
        PromptKind.AppSystem => "app_system",
        PromptKind.AppFrame => "app_frame",
        PromptKind.Viral => "viral",
        PromptKind.Rules => "rules",
        PromptKind.Rag => "rag",
        PromptKind.Classify => "classify",
        PromptKind.EvalFrame => "eval_frame",
        PromptKind.Problem => "problem",
        PromptKind.Seed => "seed",
        PromptKind.Sensitive => "sensitive",
        PromptKind.RedTeam => "redteam",
        PromptKind.AgentGoal => "agent_goal",
        PromptKind.OfficeGoal => "office_goal",
        PromptKind.Assignment => "assignment",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No rule serves this kind."),
    };

    /// <summary>
    /// Sorts a corpus record by the words inside its kind, never by a list of known kinds: an unknown <c>benign.*</c> still serves as chat
    /// or as a document by its length, an unknown <c>dual.*</c> as a problem. Null: not for the pools (a composed harvest request, say).
    /// </summary>
    public static PromptKind? Of(string kind, int length)
    {
        bool Has(params ReadOnlySpan<string> parts)
        {
            foreach (var part in parts)
            {
                if (kind.Contains(part, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }

        if (kind.StartsWith("harvest", StringComparison.Ordinal))
        {
            return Has("probe", "sensitive", "censor") ? PromptKind.Sensitive : Has("seed", "synthetic_instruction") ? PromptKind.Seed : null;
        }

        if (kind.StartsWith("redteam", StringComparison.Ordinal) || Has("unsafe", "jailbreak"))
        {
            return PromptKind.RedTeam;
        }

        if (kind.StartsWith("dual", StringComparison.Ordinal))
        {
            return Has("code") ? PromptKind.Code : PromptKind.Problem;
        }

        return Has("rag") ? PromptKind.Rag
            : Has("rules") ? PromptKind.Rules
            : Has("role_prompt", "published") ? PromptKind.Viral
            : Has("system_prompt", "app_prompt", "agent_prompt") ? PromptKind.AppSystem
            : Has("eval") ? PromptKind.EvalFrame
            : Has("template") ? PromptKind.Classify
            : Has("coding_agent") ? PromptKind.AgentGoal
            : Has("agent_task", "service_task") ? PromptKind.OfficeGoal
            : Has("support", "service_turn", "intent") ? PromptKind.Support
            : Has("meeting", "question", "summar") ? PromptKind.Question
            : Has("code") ? PromptKind.Code
            : length > 900 ? PromptKind.Document : PromptKind.Chat;
    }
}
