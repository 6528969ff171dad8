using Stillwatch.Console.SignIn;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.Desk;

/// <summary>What somebody does or looks at on a page: their role is asked at that moment, and it is written into the audit log, refusals too.</summary>
public sealed class Acting(SignedIn signedIn, ConsoleParts parts)
{
    /// <summary>Somebody looks at a page.</summary>
    /// <param name="subject">What it is about, its kind first: <c>case case_…</c>.</param>
    /// <exception cref="NotAllowedException">The session has ended, or it cannot be audited: then nothing is shown.</exception>
    public async Task SawAsync(string subject)
    {
        var person = await signedIn.RequireAsync(Role.Viewer);
        try
        {
            parts.Audit.Saw(person.Name, Word(person.Role), AuditFace.Console, subject, parts.Time.GetUtcNow());
        }
        catch (IOException)
        {
            throw new NotAllowedException("The audit log cannot be written, so nothing is shown: the server's disk refuses.");
        }
    }

    /// <summary>Somebody does something. What was refused or failed is told as a sentence, never thrown.</summary>
    /// <param name="least">The role it takes.</param>
    /// <param name="act">Does it for that person; returns what went wrong, or null.</param>
    /// <returns>What to tell the person; null when it is done.</returns>
    public async Task<string?> DoAsync(Role least, string action, string subject, string? reason, Func<Person, Task<string?>> act)
    {
        Person? person = null;
        var (outcome, fault) = (AuditOutcome.Done, (string?)null);
        try
        {
            person = await signedIn.RequireAsync(least);
            fault = await act(person);
            outcome = fault is null ? AuditOutcome.Done : AuditOutcome.Refused;
        }
        catch (NotAllowedException e)
        {
            person ??= await signedIn.PersonAsync();
            (outcome, fault) = (AuditOutcome.Refused, e.Message);
        }
        catch (IOException e)
        {
            (outcome, fault) = (AuditOutcome.Failed, e.Message);
        }

        try
        {
            parts.Audit.Add(new AuditEntry
            {
                At = parts.Time.GetUtcNow(), Who = person?.Name ?? "nobody", Role = person is null ? "" : Word(person.Role), Face = AuditFace.Console, Action = action, Subject = subject,
                Reason = reason, Outcome = outcome, Detail = fault,
            });
        }
        catch (IOException)
        {
            return $"{fault} The audit log cannot be written: the server's disk refuses.".TrimStart();
        }

        return fault;
    }

    /// <summary>Who does what writes its own entry; a refusal is written here.</summary>
    /// <exception cref="NotAllowedException">Nobody is signed in any more, or their role does not reach.</exception>
    public async Task<Person> RequireAsync(Role least, string action, string subject, string? reason)
    {
        try
        {
            return await signedIn.RequireAsync(least);
        }
        catch (NotAllowedException e)
        {
            await DoAsync(least, action, subject, reason, _ => throw e);
            throw;
        }
    }

    /// <summary>The same for a command of the log of cases.</summary>
    public Task<string?> DecideAsync(Role least, string action, string subject, string reason, Func<Person, CaseAnswer> act) =>
        DoAsync(least, action, subject, reason, person => Task.FromResult(act(person) is { Fault: not CaseFault.None } answer ? answer.Message : null));

    static string Word(Role role) => role.ToString().ToLowerInvariant();
}
