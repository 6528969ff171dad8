using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>Runs the features of a library that lives in this process, and brings what it gave into the form of the scripts.</summary>
static partial class InProcess
{
    /// <summary>Ids are looked for in the text, so quotes inside strings must not become letters.</summary>
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<IReadOnlyDictionary<string, FeatureResult>> RunAsync(
        CountingHandler counter, IEnumerable<(string Feature, Func<Task<object?>> Action)> features)
    {
        var results = new Dictionary<string, FeatureResult>();
        foreach (var (feature, action) in features)
        {
            var before = counter.Requests;
            object? result;
            try
            {
                result = await action();
            }
#pragma warning disable CA1031 // how a client fails is a result
            catch (Exception fault)
#pragma warning restore CA1031
            {
                result = Failure(fault);
            }

            results[feature] = new FeatureResult(counter.Requests - before, Volatile().Replace(JsonSerializer.Serialize(result, Plain), "$1_*"));
        }

        return results;
    }

    public static object Failure(Exception fault) => new { thrown = fault.GetType().Name, message = fault.Message };

    /// <summary>Whether it fails, whatever way.</summary>
    public static async Task<object?> FailsAsync(Func<Task<object?>> action)
    {
        try
        {
            await action();
            return new { failed = false };
        }
#pragma warning disable CA1031 // any failure is the one asked about
        catch (Exception)
#pragma warning restore CA1031
        {
            return new { failed = true };
        }
    }

    [GeneratedRegex(@"\b(msg|toolu|call|req|msgbatch|file)_\w*\d\w*")]
    private static partial Regex Volatile();
}

/// <summary>Counts what a client sends and lets nothing leave loopback.</summary>
sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false, MaxResponseDrainSize = 0 })
{
    int _requests;

    public int Requests => Volatile.Read(ref _requests);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Assert.True(request.RequestUri!.IsLoopback, $"left loopback for {request.RequestUri.Host}");
        Interlocked.Increment(ref _requests);
        return base.SendAsync(request, cancellationToken);
    }
}
