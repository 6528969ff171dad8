using System.Collections.Concurrent;

namespace Stillwatch.Gateway.Limits;

/// <summary>Reservations to be used again: each is a kilobyte, and there is one for every exchange under way. Thread-safe; bounded.</summary>
sealed class ReservationPool
{
    const int MostKept = 1024;

    readonly ConcurrentQueue<LimitReservation> _free = new();

    public LimitReservation Take() => _free.TryDequeue(out var reservation) ? reservation : new LimitReservation();

    /// <param name="reservation">Settled or released.</param>
    public void GiveBack(LimitReservation reservation)
    {
        if (_free.Count < MostKept)
        {
            _free.Enqueue(reservation);
        }
    }
}
