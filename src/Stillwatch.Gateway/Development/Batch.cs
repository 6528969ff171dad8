using System.Buffers;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>One message batch of the development upstream. Guarded by the shelf's lock.</summary>
sealed class Batch(string id, DateTimeOffset created)
{
    const int AsksUntilEnded = 2;

    readonly ArrayBufferWriter<byte> _results = new(1024);
    int _asks;
    int _succeeded;
    int _errored;
    DateTimeOffset? _canceled;

    public string Id => id;

    public bool IsEnded => _asks >= AsksUntilEnded;

    /// <summary>One JSON line for each request, in their order.</summary>
    public ReadOnlyMemory<byte> Results => _results.WrittenMemory;

    /// <summary>Runs one entry of <c>requests</c>; what its text wishes happens, as far as it can happen in a batch.</summary>
    public void Run(JsonElement entry, long number)
    {
        var name = DevelopmentRequest.Member(entry, "custom_id"u8);
        var request = DevelopmentRequest.Read(DevelopmentRequest.Member(entry, "params"u8), Dialect.Anthropic, out var fault);
        var error = request is null ? DevelopmentError.Bad(fault!)
            : request.Wish.ErrorStatus > 0 ? DevelopmentError.Wished(request.Wish.ErrorStatus)
            : request.Wish.Endless ? DevelopmentError.Bad("A batch cannot hold an endless answer.")
            : null;
        _results.Add("{\"custom_id\":"u8).Add(name.ValueKind == JsonValueKind.String ? DevelopmentRequest.Raw(name) : "null"u8).Add(",\"result\":"u8);
        if (error is null)
        {
            _succeeded++;
            _results.Add("{\"type\":\"succeeded\",\"message\":"u8);
            new MessagesFace().Whole(_results, new Reply(request!, number));
        }
        else
        {
            _errored++;
            _results.Add("{\"type\":\"errored\",\"error\":"u8);
            ErrorBody.Write(_results, Dialect.Anthropic, error, DevelopmentError.RequestId(number));
        }

        _results.Add("}}\n"u8);
    }

    public Batch Asked()
    {
        _asks++;
        return this;
    }

    /// <summary>Cancelling an ended batch changes nothing, as with the real API. What was not cancelled in time still has its results.</summary>
    public Batch Cancel(DateTimeOffset now)
    {
        _canceled ??= IsEnded ? null : now;
        return this;
    }

    public void Write(Utf8JsonWriter json, Uri address)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, "message_batch"u8);
        json.WriteString("processing_status"u8, IsEnded ? "ended"u8 : _canceled is null ? "in_progress"u8 : "canceling"u8);
        json.WriteStartObject("request_counts"u8);
        json.WriteNumber("processing"u8, IsEnded ? 0 : _succeeded + _errored);
        json.WriteNumber("succeeded"u8, IsEnded ? _succeeded : 0);
        json.WriteNumber("errored"u8, IsEnded ? _errored : 0);
        json.WriteNumber("canceled"u8, 0);
        json.WriteNumber("expired"u8, 0);
        json.WriteEndObject();
        json.WriteString("created_at"u8, created);
        json.WriteString("expires_at"u8, created.AddDays(1));
        WriteTime(json, "ended_at"u8, IsEnded ? created : null);
        WriteTime(json, "archived_at"u8, null);
        WriteTime(json, "cancel_initiated_at"u8, _canceled);
        json.WriteString("results_url"u8, IsEnded ? new Uri(address, $"/v1/messages/batches/{id}/results").AbsoluteUri : null);
        json.WriteEndObject();
    }

    static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? value)
    {
        if (value is { } known)
        {
            json.WriteString(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
