using System.Text.Json;
using System.Text.Json.Nodes;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Scan;

/// <summary>Reads the two small files a scan may be given: the policy and the detection key. Both fail closed.</summary>
static class ScanFiles
{
    /// <returns>The policy, or every fault of the file at once.</returns>
    public static (Policy? Policy, IReadOnlyList<string> Faults) ReadPolicy(string path)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllBytes(path), documentOptions: PolicyFormat) is not JsonObject stated)
            {
                return (null, [$"--policy {path}: it holds no JSON object"]);
            }

            if (stated.FirstOrDefault(member => member.Value is null).Key is { } empty)
            {
                return (null, [$"--policy {path}: {empty} is null; leave it out to keep its default"]);
            }

            var policy = Layered(stated).Deserialize(PolicyJson.Default.Policy)!;
            var faults = policy.Validate();
            return faults.Count == 0 ? (policy, []) : (null, [.. faults.Select(fault => $"--policy {path}: {fault}")]);
        }
        catch (JsonException e)
        {
            return (null, [$"--policy {path}: {e.Message}"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, [$"--policy {path}: {e.Message}"]);
        }
    }

    static JsonDocumentOptions PolicyFormat => new() { AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip };

    // What a file leaves out keeps its default, rule by rule and key by key. Keys that do not exist stay in, to be refused by name.
    static JsonObject Layered(JsonObject stated)
    {
        var policy = JsonSerializer.SerializeToNode(new Policy(), PolicyJson.Default.Policy)!.AsObject();
        foreach (var (key, value) in stated)
        {
            if (policy[key] is JsonObject rule && value is JsonObject statedRule)
            {
                foreach (var (ruleKey, ruleValue) in statedRule)
                {
                    rule[ruleKey] = ruleValue?.DeepClone();
                }
            }
            else
            {
                policy[key] = value?.DeepClone();
            }
        }

        return policy;
    }

    /// <returns>The key, or what is wrong with the file; the message never holds its content.</returns>
    public static (DetectionKey? Key, string? Fault) ReadKey(string path)
    {
        const string Cure = "make one with: head -c 32 /dev/urandom > stillwatch.key";
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length == DetectionKey.LengthBytes)
            {
                return (new DetectionKey(bytes), null);
            }

            var text = System.Text.Encoding.ASCII.GetString(bytes).Trim();
            return text.Length == 2 * DetectionKey.LengthBytes && text.All(char.IsAsciiHexDigit)
                ? (new DetectionKey(Convert.FromHexString(text)), null)
                : (null, $"--key {path}: a key is {DetectionKey.LengthBytes} bytes, or {2 * DetectionKey.LengthBytes} hex digits; this file has {bytes.Length} bytes. {Cure}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"--key {path}: {e.Message} To {Cure}");
        }
    }
}
