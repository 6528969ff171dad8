namespace Stillwatch.Storage.Accounts;

/// <summary>A verification event that was dealt with: by its id it is known when it comes again.</summary>
/// <param name="Sha256">Of the body, so that another event under the same id is told from a repetition.</param>
public sealed record SeenEvent(string Id, ReadOnlyMemory<byte> Sha256, long AtMs, string Outcome);
