using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Access.Regions.Holdings;

/// <summary>
/// Who owns whom, from the operator's records. Built whole from all records (a quarter of a million in about a second) and immutable; <see
/// cref="Shares"/> answers a
/// rule for every organization at once, and each question after that is one lookup.
/// </summary>
/// <remarks>
/// An owner's country is that of its own record, else the one stated beside the share. Above an owner whose country matches a rule nothing
/// is looked at: what it
/// holds is held from there, whoever owns it in turn. An owner that no record gives owners to is an ultimate one. Shares nobody states are
/// unknown.
/// </remarks>
sealed class OwnershipGraph
{
    /// <summary>Faults kept with their words; all are counted.</summary>
    const int MostFaults = 1_000;

    readonly Dictionary<string, int> _index;
    readonly HoldingEdge[] _edges;
    readonly int[] _first;
    readonly bool[] _hasOwners;
    readonly List<OwnershipFault> _faults = [];

    OwnershipGraph(IReadOnlyCollection<OrganizationRecord> records)
    {
        _index = new(records.Count, StringComparer.Ordinal);
        var last = new List<OrganizationRecord>(records.Count);
        foreach (var record in records)
        {
            if (_index.TryAdd(record.Organization, last.Count))
            {
                last.Add(record);
                continue;
            }

            Note(record.Organization, "it has two records; the later one counts");
            last[_index[record.Organization]] = record;
        }

        (_first, _hasOwners) = (new int[last.Count + 1], new bool[last.Count]);
        var edges = new List<HoldingEdge>(last.Count);
        for (var i = 0; i < last.Count; i++)
        {
            var row = HoldingRow.Of(last[i]);
            if (row.Fault is { } says)
            {
                Note(last[i].Organization, says);
            }

            foreach (var owner in row.Owners)
            {
                var target = _index.TryGetValue(owner.Owner, out var at) ? at : -1;
                var country = (target < 0 ? null : CountryCodes.Of(last[target].Country)) ?? CountryCodes.Of(owner.Country);
                edges.Add(new(target, owner.ShareRatio, country, owner.Owner));
            }

            _hasOwners[i] = last[i].Owners.Count > 0;
            _first[i + 1] = edges.Count;
        }

        _edges = [.. edges];
        Blocks = HoldingBlocks.Of(this);
    }

    public static OwnershipGraph Empty { get; } = new([]);

    public int Organizations => _hasOwners.Length;

    /// <summary>What is wrong in the records, as far as it is kept.</summary>
    public IReadOnlyList<OwnershipFault> Faults => _faults;

    public int FaultCount { get; private set; }

    /// <summary>Organizations in an order in which owners come first; those that own one another stand in one block.</summary>
    internal HoldingBlocks Blocks { get; }

    public static OwnershipGraph Of(IReadOnlyCollection<OrganizationRecord> records) => records.Count == 0 ? Empty : new(records);

    /// <summary>For every organization the share that owners in the given countries hold.</summary>
    public OwnedShares Shares(Func<string, bool> isMatch, OwnershipReading reading) =>
        reading == OwnershipReading.Multiplied ? MultipliedShares.Of(this, isMatch) : CascadingShares.Of(this, isMatch);

    /// <summary>The organization's place in the arrays; -1 without a record.</summary>
    internal int Find(string organization) => _index.GetValueOrDefault(organization, -1);

    internal ReadOnlySpan<HoldingEdge> Owners(int organization) => _edges.AsSpan(_first[organization].._first[organization + 1]);

    /// <summary>Whether the owner behind an edge has owners of its own to go on to.</summary>
    internal bool GoesOn(in HoldingEdge edge) => edge.Target >= 0 && _hasOwners[edge.Target];

    /// <summary>Whether anything at all is stated of an organization's owners.</summary>
    internal bool HasOwners(int organization) => _hasOwners[organization];

    void Note(string organization, string says)
    {
        FaultCount++;
        if (_faults.Count < MostFaults)
        {
            _faults.Add(new(organization, says));
        }
    }
}

/// <summary>One owner of one organization.</summary>
/// <param name="Target">The owner's place in the graph; -1 when it has no record.</param>
/// <param name="Share">Over 0, up to 1.</param>
/// <param name="Country">Null when nobody states one.</param>
readonly record struct HoldingEdge(int Target, double Share, string? Country, string Owner);
