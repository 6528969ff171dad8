namespace Stillwatch.Gateway.Access.Regions;

/// <summary>One thing that keeps a region policy from deciding.</summary>
/// <param name="Key">Path of the key in the policy's file, <c>regions.rules[0].kinds</c>.</param>
/// <param name="Value">What the key says; null when it says nothing.</param>
/// <param name="Says">What is wrong and the cure, as the end of a sentence that begins with the value or the key.</param>
sealed record RegionFault(string Key, string? Value, string Says)
{
    public override string ToString() => $"{Key}: {(Value is null ? "" : $"'{Value}' ")}{Says}";
}
