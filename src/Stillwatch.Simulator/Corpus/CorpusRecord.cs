using System.Text.Json.Serialization;

namespace Stillwatch.Simulator.Corpus;

/// <summary>One text of a corpus directory. Only <see cref="Kind"/> and <see cref="Text"/> must be there; unknown members are ignored.</summary>
public sealed record CorpusRecord
{
    public string? Id { get; init; }

    /// <summary>Where the text comes from, e.g. <c>owner/repository:path</c>.</summary>
    public string? Source { get; init; }

    /// <summary>The family the text comes from, e.g. <c>benign.chat</c>: never a verdict on a request.</summary>
    public string? Kind { get; init; }

    public string? Lang { get; init; }

    public string? Text { get; init; }

    public string? System { get; init; }

    public string? Session { get; init; }

    public int? Turn { get; init; }

    /// <summary>The harvesting tool or project that composed the request; null for all but harvest requests.</summary>
    public string? Campaign { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CorpusRecord))]
sealed partial class CorpusJson : JsonSerializerContext;
