namespace Stillwatch.Engine.Rings;

/// <summary>How strongly what an account shares ties it to a ring, nats: each value against that value's own crowd.</summary>
/// <param name="Template">By how much of its traffic follows the ring's templates; negative when less than outsiders' does.</param>
/// <param name="Payment">Its payment token, 0 when no other members use it.</param>
/// <param name="Device">Its device, 0 when no other members use it.</param>
/// <param name="Wave">The hours it signed up in, 0 when no wave of the ring falls there.</param>
/// <param name="Network">The ring's exits it came through, all together; 0 for none.</param>
/// <param name="Exits">How many exits that are.</param>
internal readonly record struct RingTies(double Template, double Payment, double Device, double Wave, double Network, int Exits);
