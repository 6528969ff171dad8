using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Metering;

/// <summary>A counter whose tokenizer is there, one for all tests of a class.</summary>
public sealed class LoadedCounter : IAsyncLifetime
{
    internal TokenCounter Counter { get; } = new();

    public async ValueTask InitializeAsync() => await Counter.Loading;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
