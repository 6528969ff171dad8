using System.Buffers;
using System.Text.Json;

namespace Stillwatch.Gateway.Development;

/// <summary>Makes a value that fits a JSON schema roughly: required members only, the first choice of every alternative. Always the same for the same schema.</summary>
static class SchemaFiller
{
    const int DeepestLevel = 16;

    /// <returns>JSON without line breaks, as a tool's arguments or a structured answer.</returns>
    public static byte[] Fill(JsonElement schema)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output))
        {
            Write(json, schema, schema, 0);
        }

        return output.WrittenSpan.ToArray();
    }

    static void Write(Utf8JsonWriter json, JsonElement schema, JsonElement root, int level)
    {
        schema = Resolve(schema, root);
        if (level > DeepestLevel)
        {
            json.WriteNullValue();
        }
        else if (Fixed(schema) is { ValueKind: not JsonValueKind.Undefined } value)
        {
            value.WriteTo(json);
        }
        else if (First(schema, "anyOf"u8) is { ValueKind: JsonValueKind.Object } any)
        {
            Write(json, any, root, level + 1);
        }
        else if (First(schema, "oneOf"u8) is { ValueKind: JsonValueKind.Object } one)
        {
            Write(json, one, root, level + 1);
        }
        else
        {
            WriteType(json, schema, root, level);
        }
    }

    static void WriteType(Utf8JsonWriter json, JsonElement schema, JsonElement root, int level)
    {
        var type = First(schema, "type"u8) is { ValueKind: JsonValueKind.String } first ? first : DevelopmentRequest.Member(schema, "type"u8);
        switch (type.ValueKind == JsonValueKind.String ? type.GetString() : "object")
        {
            case "string":
                json.WriteStringValue("development"u8);
                break;
            case "integer" or "number":
                var least = DevelopmentRequest.Member(schema, "minimum"u8);
                json.WriteNumberValue(least.ValueKind == JsonValueKind.Number && least.TryGetInt64(out var minimum) ? minimum : 1);
                break;
            case "boolean":
                json.WriteBooleanValue(true);
                break;
            case "null":
                json.WriteNullValue();
                break;
            case "array":
                WriteArray(json, schema, root, level);
                break;
            default:
                WriteObject(json, schema, root, level);
                break;
        }
    }

    static void WriteArray(Utf8JsonWriter json, JsonElement schema, JsonElement root, int level)
    {
        json.WriteStartArray();
        if (DevelopmentRequest.Member(schema, "items"u8) is { ValueKind: JsonValueKind.Object } items)
        {
            Write(json, items, root, level + 1);
        }

        json.WriteEndArray();
    }

    static void WriteObject(Utf8JsonWriter json, JsonElement schema, JsonElement root, int level)
    {
        json.WriteStartObject();
        var members = DevelopmentRequest.Member(schema, "properties"u8);
        if (DevelopmentRequest.Member(schema, "required"u8) is { ValueKind: JsonValueKind.Array } required)
        {
            foreach (var name in required.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String))
            {
                json.WritePropertyName(name.GetString()!);
                Write(json, members.ValueKind == JsonValueKind.Object && members.TryGetProperty(name.GetString()!, out var member) ? member : default, root, level + 1);
            }
        }

        json.WriteEndObject();
    }

    static JsonElement Fixed(JsonElement schema)
        => DevelopmentRequest.Member(schema, "const"u8) is { ValueKind: not JsonValueKind.Undefined } constant ? constant
            : First(schema, "enum"u8) is { ValueKind: not JsonValueKind.Undefined } choice ? choice
            : DevelopmentRequest.Member(schema, "default"u8);

    static JsonElement First(JsonElement schema, ReadOnlySpan<byte> name)
        => DevelopmentRequest.Member(schema, name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 ? list[0] : default;

    /// <summary>Follows <c>#/$defs/name</c> and <c>#/definitions/name</c>, one step: a chain of references ends in an object without members.</summary>
    static JsonElement Resolve(JsonElement schema, JsonElement root)
    {
        if (DevelopmentRequest.Member(schema, "$ref"u8) is not { ValueKind: JsonValueKind.String } reference)
        {
            return schema;
        }

        return reference.GetString()!.Split('/') switch
        {
            ["#", var folder, var name] when root.TryGetProperty(folder, out var definitions) && definitions.ValueKind == JsonValueKind.Object
                && definitions.TryGetProperty(name, out var found) => found,
            _ => default,
        };
    }
}
