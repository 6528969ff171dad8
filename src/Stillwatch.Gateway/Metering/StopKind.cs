namespace Stillwatch.Gateway.Metering;

/// <summary>Why a model stopped, in the terms both dialects share.</summary>
enum StopKind
{
    /// <summary>It did not say, or has not yet.</summary>
    Unknown,

    /// <summary>It was done, or met a stop sequence.</summary>
    End,

    /// <summary>The limit of output, or the context window, was reached.</summary>
    Length,

    /// <summary>It waits for the client to run a tool.</summary>
    ToolUse,

    /// <summary>It declined, or a filter of the upstream did.</summary>
    Refusal,

    /// <summary>It said a reason that is none of these; new ones may appear any day.</summary>
    Other,
}
