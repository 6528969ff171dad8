using Stillwatch.Gateway.Access;

namespace Stillwatch.Gateway.Keys;

/// <summary>Scopes as people and files write them: <c>messages,batches</c>, or <c>all</c>.</summary>
static class ScopeNames
{
    public const string Known = "messages, batches, files, models, all";

    /// <summary>False for an empty list or a name that does not exist.</summary>
    public static bool TryParse(string text, out KeyScopes scopes)
    {
        scopes = KeyScopes.None;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var scope = name switch
            {
                "messages" => KeyScopes.Messages,
                "batches" => KeyScopes.Batches,
                "files" => KeyScopes.Files,
                "models" => KeyScopes.Models,
                "all" => KeyScopes.All,
                _ => KeyScopes.None,
            };
            if (scope == KeyScopes.None)
            {
                scopes = KeyScopes.None;
                return false;
            }

            scopes |= scope;
        }

        return true;
    }

    public static string Format(KeyScopes scopes) => scopes == KeyScopes.All
        ? "all"
        : string.Join(',', Enum.GetValues<KeyScopes>()
            .Where(scope => scope is not (KeyScopes.None or KeyScopes.All) && scopes.HasFlag(scope))
            .Select(scope => scope.ToString().ToLowerInvariant()));
}
