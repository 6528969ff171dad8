using System.Diagnostics.Metrics;
using Stillwatch.Gateway.Telemetry;

namespace Stillwatch.Gateway.Tests.Telemetry;

/// <summary>Hears one set of instruments: what each recorded and under which labels.</summary>
sealed class ObservedMetrics : IDisposable
{
    readonly MeterListener _listener = new();

    public ObservedMetrics()
    {
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // Other tests have meters of this name too.
            if (instrument.Meter == Metrics.Meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.Start();
    }

    public GatewayMetrics Metrics { get; } = new();

    public List<(Instrument Instrument, double Value, Dictionary<string, object?> Labels)> Heard { get; } = [];

    public void Collect() => _listener.RecordObservableInstruments();

    public IEnumerable<double> Values(string name, string? label = null, object? value = null) =>
        Heard.Where(heard => heard.Instrument.Name == name && (label is null || Equals(heard.Labels.GetValueOrDefault(label), value))).Select(heard => heard.Value);

    public void Dispose()
    {
        _listener.Dispose();
        Metrics.Dispose();
    }

    void Hear(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        => Heard.Add((instrument, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));
}
