using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Tests.Enforcement;

/// <summary>A ladder over a log of its own, fed with scripted judgements at scripted times.</summary>
sealed class LadderRig : IDisposable
{
    readonly TemporaryDirectory _temporary = new();
    readonly DataDirectory _directory;

    public LadderRig(PolicyMode mode = PolicyMode.Enforce)
    {
        Policy = new AccessPolicy { Mode = mode, Hash = "abcd" };
        _directory = DataDirectory.Lock(_temporary.Path);
        Store = CaseStore.Open(_directory.CasesPath);
        Ladder = new Ladder(Store, () => Policy, account => Levels.GetValueOrDefault(account), NullLogger.Instance);
        Commands = new CaseCommands(
            Store, () => new CaseRules(Policy.Ladder, Policy.Hash, Policy.Responses.FourEyes, Policy.Mode == PolicyMode.Enforce, Policy.Responses.FourEyesFrom),
            new CaseRepair((account, spend, _) => Repaired.Add((account, spend)), (_, from, until) => (long)(until - from).TotalHours));
    }

    public AccessPolicy Policy { get; set; }

    public CaseStore Store { get; private set; }

    public Ladder Ladder { get; private set; }

    public CaseCommands Commands { get; }

    public DateTimeOffset Now { get; set; } = ScriptedRing.Start;

    public Dictionary<string, VerificationLevel> Levels { get; } = [];

    /// <summary>Spend here is the hours of the restriction.</summary>
    public List<(string Account, long Spend)> Repaired { get; } = [];

    public string CasesPath => _directory.CasesPath;

    public CasePicture Picture => Store.Picture;

    public Case OnlyCase => Assert.Single(Picture.LiveCases);

    public ResponseMap Apply(params IReadOnlyList<ScriptedRing> rings) => Apply(ScriptedRing.Report(rings));

    public ResponseMap Apply(Report report) => Ladder.Apply(report, Now);

    public Rung RungOf(string account) => Ladder.Map.TryGet(account, Now, out var response) ? response.Rung : Rung.Observe;

    public IReadOnlyList<ActionTaken> Actions(string? account = null) => [.. Store.Actions(null, account, 0, int.MaxValue).Select(found => found.Action)];

    public void Pass(TimeSpan span) => Now += span;

    public void Dispose()
    {
        Ladder.Dispose();
        Store.Dispose();
        _directory.Dispose();
        _temporary.Dispose();
    }
}
