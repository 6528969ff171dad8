namespace Stillwatch.Gateway.Access.Regions.Holdings;

/// <summary>Something wrong in an organization's record. The record is used all the same, read in favour of the customer.</summary>
/// <param name="Says">What was found and how it is read.</param>
sealed record OwnershipFault(string Organization, string Says);
