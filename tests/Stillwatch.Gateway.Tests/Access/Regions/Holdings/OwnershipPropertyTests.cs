using CsCheck;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Holdings;

namespace Stillwatch.Gateway.Tests.Access.Regions.Holdings;

/// <summary>The graph against naive oracles: enumeration of paths where there is no cycle, a dense linear system where there may be, repeated passes for majorities.</summary>
public sealed class OwnershipPropertyTests
{
    static readonly string?[] Countries = ["KP", "US", "SG", null];

    [Fact]
    public void Without_cycles_it_is_what_an_enumeration_of_all_paths_says() =>
        Graph(isAcyclic: true).Sample(records => Agree(records, (record, all) => Paths(record, all)));

    [Fact]
    public void With_cycles_it_is_what_a_dense_linear_system_says() =>
        Graph(isAcyclic: false).Sample(records =>
        {
            var solved = Solve(records);
            Agree(records, (record, _) => solved[record.Organization]);
        });

    [Fact]
    public void Majorities_are_what_repeated_passes_find() =>
        Graph(isAcyclic: false).Sample(records =>
        {
            var shares = OwnershipGraph.Of(records).Shares(country => country == "KP", OwnershipReading.Cascading);
            var captured = new HashSet<string>();
            var held = new Dictionary<string, double>();
            for (var isDone = false; !isDone;)
            {
                isDone = true;
                foreach (var record in records)
                {
                    held[record.Organization] = record.Owners.Where(owner => CountryOf(owner, records) == "KP" || captured.Contains(owner.Owner)).Sum(owner => owner.ShareRatio);
                    isDone &= held[record.Organization] <= 0.5 + 1e-9 || !captured.Add(record.Organization);
                }
            }

            Assert.All(records.Where(record => record.Owners.Count > 0), record => Assert.Equal(held[record.Organization], shares.Of(record.Organization)!.Value.MatchedRatio, 9));
        });

    [Fact]
    public void What_ultimate_owners_hold_comes_to_the_whole_and_agrees_with_the_shares() =>
        Graph(isAcyclic: false).Sample(records =>
        {
            // With the country in question only at the ends, what its ultimate owners hold is what the graph says.
            var plain = records.Select(record => record with { Country = "US" }).ToArray();
            var graph = OwnershipGraph.Of(plain);
            var shares = graph.Shares(country => country == "KP", OwnershipReading.Multiplied);
            foreach (var record in plain)
            {
                var owners = UltimateOwners.Of(graph, record.Organization);
                Assert.Equal(1, owners.Sum(owner => owner.ShareRatio), 6);
                Assert.Equal(shares.Of(record.Organization)?.MatchedRatio ?? 0, owners.Where(owner => owner.Country == "KP").Sum(owner => owner.ShareRatio), 6);
            }
        });

    /// <summary>Up to nine organizations; their owners are other ones (of a higher number, where no cycle is wanted) and persons, with shares of at most the whole.</summary>
    static Gen<OrganizationRecord[]> Graph(bool isAcyclic) =>
        Gen.Select(Gen.Int[0, 3], Gen.Select(Gen.Int[0, 12], Gen.Int[0, 3], Gen.Double[0.05, 1]).Array[0, 5]).Array[1, 9].Select(rows => rows.Select((row, i) =>
        {
            var owners = row.Item2
                .Where(owner => owner.Item1 != i && (owner.Item1 >= rows.Length || owner.Item1 > i || !isAcyclic))
                .DistinctBy(owner => owner.Item1)
                .Select(owner => new Ownership(owner.Item1 < rows.Length ? $"o{owner.Item1}" : $"person{owner.Item1}", Countries[owner.Item2], owner.Item3)).ToArray();
            var sum = Math.Max(1.000001, owners.Sum(owner => owner.ShareRatio));
            return new OrganizationRecord
            {
                Organization = $"o{i}", Country = Countries[row.Item1], Owners = [.. owners.Select(owner => owner with { ShareRatio = owner.ShareRatio / sum })],
            };
        }).ToArray());

    static void Agree(OrganizationRecord[] records, Func<OrganizationRecord, OrganizationRecord[], (double Matched, double Other)> expected)
    {
        var shares = OwnershipGraph.Of(records).Shares(country => country == "KP", OwnershipReading.Multiplied);
        foreach (var record in records.Where(record => record.Owners.Count > 0))
        {
            var (matched, other) = expected(record, records);
            var share = shares.Of(record.Organization)!.Value;
            Assert.Equal(matched, share.MatchedRatio, 6);
            Assert.Equal(1 - other, share.PossibleRatio, 6);
        }
    }

    static (double Matched, double Other) Paths(OrganizationRecord record, OrganizationRecord[] all) => record.Owners.Aggregate((0.0, 0.0), (sum, owner) =>
    {
        var next = Array.Find(all, other => other.Organization == owner.Owner);
        var (matched, other) = CountryOf(owner, all) is "KP" ? (1, 0)
            : next is { Owners.Count: > 0 } ? Paths(next, all)
            : (0.0, CountryOf(owner, all) is null ? 0 : 1.0);
        return (sum.Item1 + (owner.ShareRatio * matched), sum.Item2 + (owner.ShareRatio * other));
    });

    /// <summary>(I - A) x = d by Gauss and Jordan with pivoting.</summary>
    static Dictionary<string, (double Matched, double Other)> Solve(OrganizationRecord[] records)
    {
        var n = records.Length;
        var rows = records.Select((record, i) =>
        {
            var row = new double[n + 2];
            row[i] = 1;
            foreach (var owner in record.Owners)
            {
                var next = Array.FindIndex(records, other => other.Organization == owner.Owner);
                var country = CountryOf(owner, records);
                var at = country == "KP" ? n : next >= 0 && records[next].Owners.Count > 0 ? next : n + 1;
                row[at] += at == next ? -owner.ShareRatio : at == n + 1 && country is null ? 0 : owner.ShareRatio;
            }

            return row;
        }).ToArray();
        for (var column = 0; column < n; column++)
        {
            var pivot = Enumerable.Range(column, n - column).MaxBy(i => Math.Abs(rows[i][column]));
            (rows[column], rows[pivot]) = (rows[pivot], rows[column]);
            for (var i = 0; i < n; i++)
            {
                var factor = i == column ? 0 : rows[i][column] / rows[column][column];
                for (var j = column; j < n + 2; j++)
                {
                    rows[i][j] -= factor * rows[column][j];
                }
            }
        }

        return records.Select((record, i) => (record.Organization, rows[i][n] / rows[i][i], rows[i][n + 1] / rows[i][i]))
            .ToDictionary(solved => solved.Organization, solved => (solved.Item2, solved.Item3));
    }

    static string? CountryOf(Ownership owner, OrganizationRecord[] records) =>
        Array.Find(records, other => other.Organization == owner.Owner)?.Country ?? owner.Country;
}
