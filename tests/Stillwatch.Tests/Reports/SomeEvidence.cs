using Stillwatch.Engine.Judgement;

namespace Stillwatch.Tests.Reports;

static class SomeEvidence
{
    public static IReadOnlyList<EvidenceItem> Strong { get; } =
    [
        Item("content", "prompt-template", 5.12, 4, 1_412, 1, 6.1, "88 % of the accounts fill the same request template with different seeds; one reference account in 9,000 does."),
        Item("content", "coverage-partition", 3.61, 1.81, 1_604, 0, 0, "The members divide a task list among themselves: two of them repeat a task 40 times less often than chance would have it."),
        Item("content", "output-demand", 1.94, 0.19, 1_204, 402, 1.4, "Three quarters ask for reasoning to be written out step by step before the answer."),
        Item("identity-and-money", "shared-payment", 6.4, 4, 311, 0, 5.2, "311 accounts are paid from 14 payment tokens, though each claims to be a person of its own."),
        Item("identity-and-money", "signup-cohort", 3.2, 1.6, 820, 12, 3.8, "Half of the accounts were opened within six nights, in the same order in which they began to call."),
        Item("infrastructure", "network", 2.8, 2.8, 1_100, 44, 2.1, "1,100 accounts come through 38 small networks that hosting companies announce."),
        Item("infrastructure", "tls-fingerprint", 1.2, 0.6, 1_590, 900, 0.6, "Nearly all present one TLS fingerprint that only some reference accounts share."),
        Item("time", "evenness", 2.31, 2.31, 1_604, 0, 0, "Volumes are too even: the busiest tenth makes 13 % of the exchanges, against 61 % among benign groups."),
        Item("own-output", "own-output", 4.9, 1.1, 17, 0, 4.4, "Text that was written for one member arrived from 17 others, more than three times each."),
        Item("time", "human-pauses", -0.62, -0.62, 0, 0, 0, "Some members pause at night as people do, which speaks against automation."),
    ];

    public static IReadOnlyList<EvidenceItem> Thin { get; } =
    [
        Item("content", "system-prompt", 4.4, 4, 190, 3, 4.9, "190 accounts send the same system prompt."),
        Item("infrastructure", "network", 3.9, 3.9, 150, 6, 3.1, "150 accounts leave through two networks."),
        Item("time", "rhythm", 3.3, 3.3, 212, 0, 0, "The accounts work in shifts that meet without a gap."),
        Item("content", "breadth", 2.2, 1.1, 212, 0, 0, "Together they touch 61 of 80 subject areas."),
    ];

    public static EvidenceItem Item(
        string family, string trait, double raw, double counted, int accounts, int cohort, double lift, string says) =>
        new(family, trait, raw * 3, "individual", 1 - Math.Exp(-Math.Abs(raw) - 1), raw, counted, accounts, cohort, lift, says);
}
