using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Policies;

/// <summary>Every word a policy file may hold where a choice is asked for.</summary>
static class PolicyWords
{
    public static readonly WordList<PolicyMode> Modes = new(("observe", PolicyMode.Observe), ("enforce", PolicyMode.Enforce));

    public static readonly WordList<RuleMode> RuleModes = new(("off", RuleMode.Off), ("shadow", RuleMode.Shadow), ("enforce", RuleMode.Enforce));

    public static readonly WordList<Rung> Rungs =
        new(("verify", Rung.Verify), ("shape", Rung.Shape), ("withhold", Rung.Withhold), ("suspend", Rung.Suspend));

    public static readonly WordList<Capabilities> Cues = new(
        [.. Enum.GetValues<Capabilities>().Where(cue => cue != Capabilities.None).Select(cue => (CapabilityNames.Of(cue), cue))]);

    public static readonly WordList<VerificationLevel> Levels = new(
        ("none", VerificationLevel.None), ("contact", VerificationLevel.Contact), ("payment", VerificationLevel.Payment),
        ("person", VerificationLevel.Person), ("organization", VerificationLevel.Organization));

    public static readonly WordList<GatedFeature> Features = new(
        ("models", GatedFeature.Models), ("reasoning", GatedFeature.Reasoning), ("batches", GatedFeature.Batches), ("files", GatedFeature.Files));

    public static readonly WordList<RegionFact> Facts = new(
        ("account_country", RegionFact.AccountCountry), ("declared_country", RegionFact.DeclaredCountry),
        ("verified_country", RegionFact.VerifiedCountry),
        ("billing_country", RegionFact.BillingCountry), ("phone_country", RegionFact.PhoneCountry),
        ("network_country", RegionFact.NetworkCountry), ("organization_country", RegionFact.OrganizationCountry),
        ("owner_country", RegionFact.OwnerCountry), ("network_kind", RegionFact.NetworkKind));

    public static readonly WordList<NetworkKind> Kinds = new(
        ("hosting", NetworkKind.Hosting), ("vpn", NetworkKind.Vpn), ("tor", NetworkKind.Tor), ("proxy", NetworkKind.Proxy),
        ("shared_carrier", NetworkKind.SharedCarrier));

    /// <summary>How indirect shares count.</summary>
    public static readonly WordList<OwnershipReading> Ownerships = new(
        ("multiplied", OwnershipReading.Multiplied), ("cascading", OwnershipReading.Cascading));

    /// <summary>What a fact nobody states does.</summary>
    public static readonly WordList<bool> Unknowns = new(("pass", false), ("refuse", true));

    public static readonly WordList<LimitScope> Scopes = new(
        ("key", LimitScope.Key), ("account", LimitScope.Account), ("organization", LimitScope.Organization), ("model", LimitScope.Model),
        ("ring", LimitScope.Ring));

    /// <summary>Meters by the key that states them in a rule; also the end of the rule's full name.</summary>
    public static readonly WordList<Meter> Meters = new(
        ("requests", Meter.Requests), ("input_tokens", Meter.InputTokens), ("output_tokens", Meter.OutputTokens), ("tokens", Meter.Tokens),
        ("concurrency", Meter.Concurrency), ("spend", Meter.SpendNanoUsd));

    public static readonly WordList<SpendPeriod> SpendPeriods = new(("day", SpendPeriod.Day), ("month", SpendPeriod.Month));

    public static readonly WordList<StoreFailure> StoreFailures = new(("closed", StoreFailure.Closed), ("open", StoreFailure.Open));
}
