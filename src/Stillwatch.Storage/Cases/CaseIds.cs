namespace Stillwatch.Storage.Cases;

/// <summary>Names that never come again: a prefix and a UUID of version 7, so they sort by time.</summary>
public static class CaseIds
{
    public static string NewCase(DateTimeOffset now) => $"case_{Guid.CreateVersion7(now):n}";

    public static string NewAction(DateTimeOffset now) => $"act_{Guid.CreateVersion7(now):n}";

    public static string NewAppeal(DateTimeOffset now) => $"apl_{Guid.CreateVersion7(now):n}";
}
