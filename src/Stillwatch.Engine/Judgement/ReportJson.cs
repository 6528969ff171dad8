using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Engine.Judgement;

/// <summary>Reads and writes <c>report.json</c>: snake_case, enums in lower case, null members written (a reader sees what is unknown).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LowerCaseEnum<Verdict>), typeof(LowerCaseEnum<Rung>)],
    WriteIndented = true)]
[JsonSerializable(typeof(Report))]
public sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>The context to use.</summary>
    public static ReportJson Readable { get; } = new(ReadableOptions());

    /// <summary>How whoever serves parts of a report writes them: identifiers keep their letters instead of \u escapes, lines end in LF on every system.</summary>
    public static JsonSerializerOptions ReadableOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new LowerCaseEnum<Verdict>(), new LowerCaseEnum<Rung>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    };
}

/// <summary>Enum members as contract 5.3 spells them: in lower case.</summary>
public sealed class LowerCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
