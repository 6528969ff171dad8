using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Access.Standings;

namespace Stillwatch.Gateway.Verification;

/// <summary>Takes back levels whose time is over, at start and then every minute.</summary>
sealed partial class LevelExpiry : IDisposable
{
    static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    readonly ITimer _timer;

    public LevelExpiry(AccountRegister register, TimeProvider time, ILogger log)
    {
        register.ExpireLevels();
        _timer = time.CreateTimer(_ => Expire(register, log), null, Period, Period);
    }

    public void Dispose() => _timer.Dispose();

    static void Expire(AccountRegister register, ILogger log)
    {
        try
        {
            if (register.ExpireLevels() is > 0 and var count)
            {
                LogExpired(log, count);
            }
        }
        catch (SqliteException e)
        {
            LogFailed(log, e.Message); // the next minute tries again
        }
    }

    [LoggerMessage(1654, LogLevel.Information, "{Count} verifications have run out")]
    static partial void LogExpired(ILogger log, int count);

    [LoggerMessage(1655, LogLevel.Error, "Verifications that have run out could not be taken back: {Reason}")]
    static partial void LogFailed(ILogger log, string reason);
}
