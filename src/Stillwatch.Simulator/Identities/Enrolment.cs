using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Identities;

/// <summary>Opens accounts. The defaults are those of the population at large; classes and campaigns change what makes them special.</summary>
/// <remarks>
/// Assumed, as no data on sign-ups are to be had: 18 % of benign accounts are younger than two weeks, the others' ages are log-normal around 4 months;
/// seven in ten use a free mail domain; one card in eight is prepaid; a person calls from one to three networks.
/// </remarks>
sealed class Enrolment(ulong seed, DateTimeOffset start, double spanMs, AddressPlan addresses, Grammar grammar, Scenarios.ModelPlan models)
{
    const double DayMs = 86_400_000;
    const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    static readonly string[] s_freeMail = ["gmail.com", "outlook.com", "yahoo.com", "proton.me", "gmx.net", "icloud.com", "qq.com", "mail.ru", "hotmail.com", "web.de"];
    static readonly string[] s_countries = ["US", "DE", "IN", "BR", "GB", "FR", "JP", "CA", "AU", "PL", "ES", "NL", "MX", "ID", "KE", "SE", "IT", "KR", "AR", "PT"];

    ulong _opened;

    public List<Persona> Personas { get; } = [];

    public List<OrganizationRecord> Organizations { get; } = [];

    public AddressPlan Addresses => addresses;

    /// <summary>A stable, meaningless token: <paramref name="prefix"/> and twelve letters.</summary>
    public string Token(string prefix, ulong part)
    {
        var number = SeededRandom.Derive(seed ^ SeededRandom.Name(prefix), part);
        return string.Create(prefix.Length + 12, (prefix, number), static (text, state) =>
        {
            state.prefix.CopyTo(text);
            var rest = state.number;
            for (var letter = state.prefix.Length; letter < text.Length; letter++)
            {
                text[letter] = Alphabet[(int)(rest & 31)];
                rest >>= 5;
            }
        });
    }

    /// <summary>An issuer's number. Popular issuers have low indices; every eleventh sells prepaid cards.</summary>
    public static string Bin(int index) => (412_000 + (index * 373)).ToString();

    public static int AnyBin(SeededRandom random) => random.Chance(0.12) ? 11 * random.Between(1, 30) : (int)(340 * Math.Pow(random.NextRatio(), 2));

    public string MailDomain(SeededRandom random, string role) => $"{grammar.Expand("noun", random).Split(' ')[0]}-{role}{random.Between(2, 999)}.example";

    /// <summary>Milliseconds before the start of the log (negative) at which an ordinary account was opened.</summary>
    public static double AnyAge(SeededRandom random)
        => -(random.Chance(0.18) ? random.Between(0.02, 14) : Math.Min(2000, 1.5 + random.LogNormal(120, 1.5))) * DayMs;

    /// <summary>An account as anybody opens one.</summary>
    /// <param name="verdict">Null for a benign account.</param>
    public Persona Open(string className, Verdict? verdict = null)
    {
        var own = SeededRandom.Derive(seed, ++_opened + 0xACC0000);
        var random = new SeededRandom(own);
        var country = random.Pick(s_countries);
        var home = addresses.Draw(random, random.Chance(0.12) ? NetworkKind.Mobile : random.Chance(0.22) ? NetworkKind.Datacenter : NetworkKind.Residential);
        var places = new List<Address> { home };
        while (places.Count < 3 && random.Chance(0.35))
        {
            places.Add(addresses.Draw(random, random.Chance(0.5) ? NetworkKind.Mobile : random.Chance(0.15) ? NetworkKind.Vpn : NetworkKind.Residential));
        }

        var level = random.NextRatio();
        var verification = level < 0.05 ? VerificationLevel.None : level < 0.2 ? VerificationLevel.Contact : level < 0.84 ? VerificationLevel.Payment
            : level < 0.94 ? VerificationLevel.Person : VerificationLevel.Organization;
        var free = random.Chance(0.7);
        var account = Token("acct_", own);
        var persona = new Persona
        {
            Class = className,
            Verdict = verdict,
            Random = random,
            Seed = own,
            Key = Token("key_", own),
            Client = ClientHabit.Draw(random),
            Addresses = [.. places],
            Model = random.Chance(0.6) ? models.Large : models.Small,
            MovesAtMs = random.Chance(models.AdoptionRatio) ? (models.ReleaseHour * 3_600_000) + random.Exponential(9 * 3_600_000) : null,
            Temperature = random.Chance(0.68) ? null : random.Pick([0, 0.2, 0.3, 0.5, 0.7, 0.7, 0.8, 1.0]),
            MaxTokens = random.Pick([512, 1024, 1024, 2048, 4096, 4096, 8192, 16384]),
            Stream = random.Chance(0.5),
            NamesSessions = random.Chance(0.3),
            Verbosity = random.LogNormal(1, 0.75),
            FollowUpRatio = random.Chance(0.42) ? random.Between(0, 0.12) : random.Between(0.3, 0.85),
            Record = new AccountRecord
            {
                Account = account,
                Created = At(AnyAge(random)),
                Status = "active",
                Verification = verification,
                EmailDomain = free ? s_freeMail[(int)(s_freeMail.Length * Math.Pow(random.NextRatio(), 1.6))] : MailDomain(random, "home"),
                Payment = verification >= VerificationLevel.Payment ? Token("pm_", own) : null,
                PaymentBin = verification >= VerificationLevel.Payment ? Bin(AnyBin(random)) : null,
                Device = Token("dev_", own),
                DeclaredCountry = country,
                PhoneCountry = verification >= VerificationLevel.Contact ? country : null,
                BillingCountry = verification >= VerificationLevel.Payment ? (random.Chance(0.94) ? country : random.Pick(s_countries)) : null,
                VerifiedCountry = verification >= VerificationLevel.Person ? country : null,
                SignupIp = home.Ip,
            },
        };
        // A second account of the same person, or of their partner: one card in twelve pays for more than one account.
        if (verdict is null && persona.Record.Payment is not null && Personas.Count > 0 && random.Chance(0.08)
            && Personas[^1] is { Verdict: null, Record: { Payment: { } card, Organization: null } earlier })
        {
            persona.Record = persona.Record with { Payment = card, PaymentBin = earlier.PaymentBin };
        }

        Personas.Add(persona);
        return persona;
    }

    /// <summary>An organization that openly holds accounts.</summary>
    public OrganizationRecord Found(SeededRandom random, bool verified)
    {
        var organization = new OrganizationRecord
        {
            Organization = Token("org_", random.NextUInt64()),
            Country = random.Pick(s_countries),
            Verification = verified ? VerificationLevel.Organization : VerificationLevel.Payment,
        };
        Organizations.Add(organization);
        return organization;
    }

    /// <summary>Puts an account into an organization: one payer, one mail domain.</summary>
    public static void Join(Persona persona, OrganizationRecord organization, string payment, string bin, string domain, VerificationLevel level)
        => persona.Record = persona.Record with
        {
            Organization = organization.Organization,
            Payment = payment,
            PaymentBin = bin,
            EmailDomain = domain,
            Verification = level,
            BillingCountry = organization.Country,
        };

    /// <summary>The time of an offset in milliseconds from the start of the log.</summary>
    public DateTimeOffset At(double offsetMs) => start.AddMilliseconds(Math.Floor(Math.Min(offsetMs, spanMs)));
}
