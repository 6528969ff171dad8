using System.Text;
using System.Text.Json;

namespace Stillwatch.Gateway.Batches;

/// <summary>
/// Names seen in one JSON object, as they read without their escapes, so that <c>"mod\u0065l"</c> counts as <c>"model"</c>.
/// </summary>
struct MemberNames
{
    string? _first;
    string? _second;
    HashSet<string>? _more;

    /// <summary>False when the name the reader stands on was there before.</summary>
    public bool TryAdd(ref Utf8JsonReader reader)
    {
        var name = NameOf(ref reader);
        if (name == _first || name == _second)
        {
            return false;
        }

        if (_first is null)
        {
            _first = name;
            return true;
        }

        if (_second is null)
        {
            _second = name;
            return true;
        }

        return (_more ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);
    }

    static string NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.ValueTextEquals("custom_id"u8) ? "custom_id" : reader.ValueTextEquals("params"u8) ? "params" : reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan); // half a surrogate pair: no name of ours
        }
    }
}
