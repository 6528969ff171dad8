namespace Stillwatch.Simulator.Arrivals;

/// <summary>When an account sends an exchange.</summary>
/// <param name="Ms">Milliseconds since the start of the log.</param>
/// <param name="Starts">Whether a new session or task begins here.</param>
/// <param name="Resale">Whether a resold user speaks, where a campaign's plan fixes how many do.</param>
readonly record struct Slot(uint Ms, bool Starts, bool Resale = false);
