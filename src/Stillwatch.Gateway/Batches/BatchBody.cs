using System.Text;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Shelves;

namespace Stillwatch.Gateway.Batches;

/// <summary>
/// Reads the body of a batch's creation: each request is checked, routed and sketched like a live one, and the edits are gathered for the
/// body as a whole.
/// </summary>
/// <remarks>
/// The bytes themselves stay as they came, but for model names and user ids. All or nothing: one bad request refuses the batch.
/// </remarks>
sealed class BatchBody(ShelfCall call, GatewayParts parts, DateTimeOffset time)
{
    /// <summary>The real API's own limit.</summary>
    public const int MostRequests = 100_000;

    readonly HashSet<string> _customIds = new(StringComparer.Ordinal);
    readonly Dictionary<string, LimitDemand> _demands = new(StringComparer.Ordinal);
    GatewayError? _error;

    /// <summary>Where all of them go; null while nothing was read.</summary>
    public Upstream? Upstream { get; private set; }

    public BodyEdits Edits { get; } = new();

    public List<BatchSketch> Sketches { get; } = [];

    public BatchModels Models { get; } = new();

    /// <summary>What all of them may come to, by the model asked for; at most <see cref="BatchModels.Most"/>.</summary>
    public IReadOnlyDictionary<string, LimitDemand> Demands => _demands;

    /// <summary>The id a request's exchange is recorded under.</summary>
    public static string ExchangeIdOf(string origin, string customId) => string.Concat("ex_", Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"{origin}/{customId}")).AsSpan(0, 16)));

    /// <returns>The error the caller gets; null when everything is in order.</returns>
    public GatewayError? Read(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ExchangeParser.MaxDepth });
        try
        {
            ReadAll(ref reader, body);
            if (_error is null)
            {
                reader.Read(); // throws when something follows the object
            }
        }
        catch (JsonException)
        {
            _error = new GatewayError(400, "invalid_json", "The request body is not valid JSON.");
        }

        return _error ?? (Sketches.Count == 0 ? new GatewayError(400, "missing_member", "requests: at least one request is expected.") : null);
    }

    void ReadAll(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            _error = new GatewayError(400, "invalid_json", "The request body must be a JSON object.");
            return;
        }

        var names = new MemberNames();
        while (_error is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRequests = reader.ValueTextEquals("requests"u8);
            if (!names.TryAdd(ref reader))
            {
                _error = Twice("");
                return;
            }

            reader.Read();
            if (!isRequests)
            {
                reader.Skip();
            }
            else if (reader.TokenType == JsonTokenType.StartArray)
            {
                ReadRequests(ref reader, body);
            }
            else
            {
                _error = new GatewayError(400, "wrong_type", "requests: must be an array.");
            }
        }
    }

    void ReadRequests(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        while (_error is null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Sketches.Count == MostRequests)
            {
                _error = new GatewayError(400, "too_many_requests_in_batch", $"requests: at most {MostRequests} in one batch. Send the others in another.");
            }
            else if (reader.TokenType != JsonTokenType.StartObject)
            {
                _error = new GatewayError(400, "wrong_type", $"requests[{Sketches.Count}]: must be an object.");
            }
            else
            {
                ReadRequest(ref reader, body);
            }
        }
    }

    void ReadRequest(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        var at = $"requests[{Sketches.Count}]";
        var names = new MemberNames();
        string? customId = null;
        var (start, length) = (0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isId, isParams) = (reader.ValueTextEquals("custom_id"u8), reader.ValueTextEquals("params"u8));
            if (!names.TryAdd(ref reader))
            {
                _error = Twice(at);
                return;
            }

            reader.Read();
            if (isId)
            {
                customId = reader.TokenType == JsonTokenType.String ? Encoding.UTF8.GetString(reader.ValueSpan) : "";
            }

            start = isParams ? (int)reader.TokenStartIndex : start;
            reader.Skip();
            length = isParams ? (int)reader.BytesConsumed - start : length;
        }

        _error = !IsCustomId(customId)
                ? new GatewayError(400, "invalid_custom_id", $"{at}.custom_id: 1 to 64 letters, digits, _ or - are expected.")
            : !_customIds.Add(customId!) ? new GatewayError(400, "duplicate_custom_id", $"{at}.custom_id: '{customId}' stands in this batch twice.")
            : length == 0 ? new GatewayError(400, "missing_member", $"{at}.params: is missing.")
            : null;
        if (_error is null)
        {
            ReadParams(at, customId!, body.Slice(start, length), start);
        }
    }

    void ReadParams(string at, string customId, ReadOnlySpan<byte> body, int start)
    {
        using var exchange = new InferenceExchange(ExchangeIdOf(call.RequestId, customId), call.RequestId, call.Face, call.Caller, call.State)
        {
            Access = call.Access,
            Time = time,
            StartTimestamp = 0,
            IsBatch = true,
        };
        if (!RequestReading.TryRead(call.Http, exchange, body, parts, out var error))
        {
            _error = error with { Message = $"{at}.params: {error.Message}" };
            return;
        }

        var route = exchange.Route!;
        if (!BatchFlow.HasBatches(route.Upstream))
        {
            _error = BatchFlow.NotSupported($"{at}.params.model: '{ShelfCall.Shown(route.RequestedModel)}' is served by");
            return;
        }

        if (Upstream is not null && Upstream != route.Upstream)
        {
            _error = new GatewayError(400, "mixed_upstreams",
                $"{at}.params.model: '{ShelfCall.Shown(route.RequestedModel)}' and '{ShelfCall.Shown(Sketches[0].Model.Requested)}' are served by different servers. Send them in two batches.");
            return;
        }

        if (parts.Admission.RefusalOfMember(exchange) is { } refusal)
        {
            _error = refusal with { Message = $"{at}.params: {refusal.Message}" };
            return;
        }

        var demand = LimitDemands.Of(body.Length, exchange.MaxTokens, call.Access.Policy.Limits);
        var model = Models.Add(route.RequestedModel, route.UpstreamModel);
        if (model < 0)
        {
            _error = new GatewayError(400, "too_many_models", $"{at}.params.model: at most {BatchModels.Most} different models in one batch.");
            return;
        }

        var sum = _demands.GetValueOrDefault(route.RequestedModel);
        _demands[route.RequestedModel] = new LimitDemand(sum.Requests + 1, sum.InputTokens + demand.InputTokens, sum.OutputTokens + demand.OutputTokens);
        Upstream = route.Upstream;
        Edits.Add(exchange.Edits!, start);
        Sketches.Add(new BatchSketch { CustomId = customId, Sketch = exchange.Sketch, Model = Models.Names[model], ParamsBytes = body.Length });
    }

    static bool IsCustomId(string? id) => id is { Length: > 0 and <= 64 } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    static GatewayError Twice(string at) => new(400, "duplicate_key", $"{(at.Length == 0 ? "The request body" : at)}: a member appears twice.");
}
