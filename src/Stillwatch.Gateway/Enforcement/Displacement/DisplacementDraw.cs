using System.Globalization;
using System.Text;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>Chance for trials: keyed hashes, which nobody outside can foresee and whoever has the key and the log can repeat.</summary>
sealed class DisplacementDraw(DetectionKey key)
{
    const double OnsetRatio = 1.0 / 3; // of the windows in which a trial could begin: its time says nothing about the traffic

    /// <summary>Whether a ring's trial begins in this window, if it can.</summary>
    public bool Begins(string @case, long window) => Of("onset", @case, window) < OnsetRatio * ulong.MaxValue;

    /// <summary>An account's place in the order in which a trial takes accounts.</summary>
    public ulong PlaceOf(string @case, int trial, string account) => Of(account, @case, trial);

    /// <summary>By how much windows begin later than multiples of their length, milliseconds.</summary>
    public long PhaseMs(long lengthMs) => (long)(Of("phase", "", 0) % (ulong)lengthMs);

    ulong Of(string what, string @case, long number) =>
        key.Name(TraitKind.None, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"displacement\n{@case}\n{number}\n{what}")));
}
