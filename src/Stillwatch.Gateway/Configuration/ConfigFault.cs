namespace Stillwatch.Gateway.Configuration;

/// <summary>One thing that is wrong, or unwise, in a configuration. Never holds a secret nor the value of an environment variable.</summary>
/// <param name="File">The file as it was named, or <c>command line</c>.</param>
/// <param name="Line">From 1; 0 when no line is to blame.</param>
/// <param name="Key">Path of the key, <c>upstreams.vllm.timeouts.connect</c>; empty when the whole file is meant.</param>
/// <param name="Says">The value found, what is legal, and the cure.</param>
sealed record ConfigFault(string File, int Line, string Key, string Says)
{
    /// <summary>A valid file that a part of the gateway could not take over. The exception's text may hold anything, so only its type is told.</summary>
    public static ConfigFault Unusable(string file, Exception thrown) =>
        new(file, 0, "", $"could not be put to use ({thrown.GetType().Name}); the log of this moment says more.");

    public override string ToString() => $"{File}{(Line > 0 ? $":{Line}" : "")}: {(Key.Length > 0 ? $"{Key}: " : "")}{Says}";
}

/// <summary>What reading a configuration came to.</summary>
/// <param name="Config">Null when there are faults.</param>
/// <param name="Faults">All of them, in the order of the file.</param>
/// <param name="Warnings">Legal but unwise; the configuration is used all the same.</param>
sealed record ConfigReading(GatewayConfig? Config, IReadOnlyList<ConfigFault> Faults, IReadOnlyList<ConfigFault> Warnings);
