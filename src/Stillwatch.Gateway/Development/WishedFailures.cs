namespace Stillwatch.Gateway.Development;

/// <summary>Remembers how often a text already failed, for <c>[dev:error 529 x2]</c>: retries send the same text. Bounded; thread-safe.</summary>
sealed class WishedFailures
{
    const int MostTexts = 4096;

    readonly Dictionary<ulong, int> _failures = []; // its own lock

    /// <summary>Whether this attempt fails; a limit of 0 fails every one. Beyond the bound all counts start again.</summary>
    public bool Fails(DevelopmentRequest request)
    {
        var times = request.Wish.ErrorTimes;
        if (request.Wish.ErrorStatus == 0 || times == 0)
        {
            return request.Wish.ErrorStatus != 0;
        }

        lock (_failures)
        {
            if (_failures.Count >= MostTexts)
            {
                _failures.Clear();
            }

            var before = _failures.GetValueOrDefault(request.TextHash);
            _failures[request.TextHash] = before + 1;
            return before < times;
        }
    }
}
