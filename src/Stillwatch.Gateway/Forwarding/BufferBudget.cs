namespace Stillwatch.Gateway.Forwarding;

/// <summary>A ceiling on the bytes of all bodies held at once, so that many large requests end in refusals and not in the machine's memory. Thread-safe.</summary>
sealed class BufferBudget(long maxBytes)
{
    long _taken;

    public long TakenBytes => Interlocked.Read(ref _taken);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= maxBytes)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
