namespace Stillwatch.Engine.Responses;

/// <summary>The ladder of responses, mildest first. A restriction is <see cref="Shape"/> or above.</summary>
public enum Rung
{
    /// <summary>Nothing changes.</summary>
    Observe,

    /// <summary>Calls are served with a notice; after a grace the limits of an unverified account apply.</summary>
    Verify,

    /// <summary>The ring shares one budget.</summary>
    Shape,

    /// <summary>Reasoning is omitted.</summary>
    Withhold,

    /// <summary>Calls are refused.</summary>
    Suspend,
}
