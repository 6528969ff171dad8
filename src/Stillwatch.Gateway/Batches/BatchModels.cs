using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stillwatch.Gateway.Batches;

/// <summary>
/// The models a batch's requests asked for, and what the upstream calls them. Kept with the batch, so that its results can be named after a
/// restart.
/// </summary>
sealed class BatchModels
{
    /// <summary>More different names in one batch are refused.</summary>
    public const int Most = 100;

    readonly List<ModelNamePair> _names = [];

    public IReadOnlyList<ModelNamePair> Names => _names;

    /// <summary>The pair's place; -1 when there are too many.</summary>
    public int Add(string requested, string upstream)
    {
        var pair = new ModelNamePair(requested, upstream);
        var at = _names.IndexOf(pair);
        if (at >= 0 || _names.Count == Most)
        {
            return at;
        }

        _names.Add(pair);
        return _names.Count - 1;
    }

    public string Written() => JsonSerializer.Serialize(_names, BatchModelsJson.Default.ListModelNamePair);

    public static BatchModels Read(string? json)
    {
        var models = new BatchModels();
        models._names.AddRange(json is null ? [] : JsonSerializer.Deserialize(json, BatchModelsJson.Default.ListModelNamePair) ?? []);
        return models;
    }

    /// <summary>
    /// What the caller called the model that a result states: exact where its name there says it, else the batch's first.
    /// </summary>
    public ModelNamePair? Named(ReadOnlySpan<char> stated)
    {
        foreach (var pair in _names)
        {
            if (stated.SequenceEqual(pair.Upstream))
            {
                return pair;
            }
        }

        return _names is [var first, ..] ? first : null;
    }
}

/// <param name="Requested">As the caller named it.</param>
/// <param name="Upstream">As the upstream does.</param>
sealed record ModelNamePair(string Requested, string Upstream);

[JsonSerializable(typeof(List<ModelNamePair>))]
sealed partial class BatchModelsJson : JsonSerializerContext;
