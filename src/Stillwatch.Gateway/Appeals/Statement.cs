using System.Text;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Appeals;

/// <summary>What an account is told of a response against it: what, since when, until when, by which rule, on what, by whom, and how to object.</summary>
/// <remarks>No threshold, no other account, no name of a person: it must be safe to hand to the very actor it is about.</remarks>
/// <param name="Policy">Names the policy that held when it was decided.</param>
/// <param name="DecidedBy"><c>policy</c> or <c>person</c>.</param>
/// <param name="WouldChange">What would end or ease it.</param>
/// <param name="Text">All of it, for a person to read.</param>
sealed record Statement(
    string Case, Rung Response, string Restricts, DateTimeOffset Since, DateTimeOffset Until, string Rule, string Policy,
    IReadOnlyList<StatedEvidence> Evidence, string DecidedBy, IReadOnlyList<string> WouldChange, string Appeal, string Text)
{
    public static Statement Of(Case one, HeldResponse held, AccessPolicy policy)
    {
        var restricts = Restricted(held, policy);
        IReadOnlyList<StatedEvidence> evidence = [.. held.Families.Keys.Select(family => new StatedEvidence(family, InWords(family)))];
        var decidedBy = held.IsByPerson ? "person" : Decisions.Policy;
        var changes = Changes(held, policy);
        var appeal = $"POST /stillwatch/v1/appeals with this key{(policy.AppealUrl is { } url ? $", or {url}" : "")}";
        var text = new StringBuilder();
        text.Append(restricts).Append($" This began on {Moment(held.Since)} and ends on {Moment(held.Until)} unless it is decided again.\n");
        text.Append(held.IsByPerson
            ? "A person of the operator's trust team decided it, on top of the rule that is named here"
            : "The operator's policy decided it automatically").Append($" (rule {held.Rule}, policy {held.PolicyHash}, case {one.Id}).\n");
        text.Append("It rests on evidence of these kinds:\n");
        foreach (var item in evidence)
        {
            text.Append($"- {item.Says}\n");
        }

        text.Append("What would change it:\n");
        foreach (var change in changes)
        {
            text.Append($"- {change}\n");
        }

        text.Append($"If you think this is wrong, appeal: {appeal}. A person reads every appeal.\n");
        return new Statement(one.Id, held.Rung, restricts, held.Since, held.Until, held.Rule, held.PolicyHash, evidence, decidedBy, changes, appeal, text.ToString());
    }

    static string Restricted(HeldResponse held, AccessPolicy policy) => held.Rung switch
    {
        Rung.Verify => $"You are asked to verify who you are. Calls are served as before; from {Moment(held.Since + policy.Responses.VerifyGrace)} on with the limits of an account that nobody verified.",
        Rung.Shape => $"{What(held)} share one budget with accounts that are judged to be run together with yours.",
        Rung.Withhold => $"The model's reasoning is left out of the answers to {What(held).ToLowerInvariant()}.",
        _ => $"{What(held)} are refused.",
    };

    static string What(HeldResponse held) => held.InClassesOnly ? "Requests of the kind that was judged" : "Your requests";

    static List<string> Changes(HeldResponse held, AccessPolicy policy)
    {
        var verify = policy.VerifyUrl is { } url ? $" at {url}" : ", as the operator tells you";
        List<string> changes = held.Rung == Rung.Verify
            ? [$"Verify a person or an organization{verify}: the notice then goes."]
            : ["Show in an appeal that the account is not run together with others, or that its use is lawful."];
        if (held.Rung is Rung.Verify or Rung.Shape)
        {
            changes.Add("If the operator has licensed this use, or would, have the licence registered.");
        }

        changes.Add(held.IsByPerson ? "It ends by itself on the day named unless a person decides again." : "It is renewed while the judgement holds, and ends by itself on the day named otherwise.");
        return changes;
    }

    static string InWords(string family) => family switch
    {
        "identity-and-money" => "Identity and money: how accounts were opened, paid for and named.",
        "infrastructure" => "Infrastructure: the networks, devices and programs that the calls came from.",
        "time" => "Time: when and how regularly the calls were made.",
        "content" => "Content: the form of the requests. Their text is not kept.",
        "own-output" => "Our own output: answers given to one account that came back from another.",
        _ => "Other evidence.",
    };

    static string Moment(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm} UTC";
}

sealed record StatedEvidence(string Family, string Says);
