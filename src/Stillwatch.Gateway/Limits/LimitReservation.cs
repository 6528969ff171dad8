namespace Stillwatch.Gateway.Limits;

/// <summary>What one exchange took out of which budgets. One per exchange, reused by nobody else while it is open; not thread-safe.</summary>
sealed class LimitReservation
{
    /// <summary>Something is held, to be settled or released exactly once.</summary>
    public bool IsOpen { get; set; }
}
