using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Policies;

/// <summary>What reading a policy came to.</summary>
/// <param name="Policy">Null when there are faults.</param>
/// <param name="Faults">All of them, in the order of the file.</param>
/// <param name="Warnings">Legal, but does nothing or less than it seems; the policy is used all the same.</param>
/// <param name="Files">Network lists and databases the policy names, by full path: their content is part of what it means.</param>
sealed record PolicyReading(
    AccessPolicy? Policy, IReadOnlyList<ConfigFault> Faults, IReadOnlyList<ConfigFault> Warnings, IReadOnlyList<string> Files);
