using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Displacements;

namespace Stillwatch.Storage.Findings;

/// <summary>Findings of displacement trials in a data directory, one JSON line each: what a restart and <c>scan --data</c> go by. Only its owner can read it.</summary>
/// <remarks>
/// A line that was torn by a crash, or holds no finite numbers, is left out when reading, and the next one begins on a line of its own.
/// Bounded: beyond <see cref="MaxBytes"/> nothing is added. Not thread-safe: one writer; readers may look on beside it.
/// </remarks>
public sealed class FindingLog(string root)
{
    /// <summary>Size beyond which no finding is added: thousands of trials.</summary>
    public const long MaxBytes = 64L << 20;

    readonly string _path = Path.Combine(root, "findings.jsonl");

    /// <summary>Adds one finding. False: the file is full.</summary>
    /// <exception cref="StorageUnusableException">It cannot be written.</exception>
    public bool Add(DisplacementFinding finding)
    {
        try
        {
            using var file = new FileStream(_path, SecretFile.OwnedBy(FileMode.OpenOrCreate, FileAccess.ReadWrite));
            if (file.Length >= MaxBytes)
            {
                return false;
            }

            var isTorn = file.Length > 0 && LastByte(file) != '\n';
            file.Seek(0, SeekOrigin.End);
            file.Write([.. isTorn ? "\n"u8 : [], .. JsonSerializer.SerializeToUtf8Bytes(finding, FindingJson.Default.DisplacementFinding), (byte)'\n']);
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(e);
        }
    }

    /// <summary>The findings that can be read, in the order they were added; none where there is no file.</summary>
    /// <exception cref="StorageUnusableException">It cannot be read.</exception>
    public IReadOnlyList<DisplacementFinding> Read()
    {
        try
        {
            return File.Exists(_path) ? [.. File.ReadLines(_path).Select(FindingOf).OfType<DisplacementFinding>()] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(e);
        }
    }

    static int LastByte(FileStream file)
    {
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte();
    }

    static DisplacementFinding? FindingOf(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, FindingJson.Default.DisplacementFinding) is { } finding
                && double.IsFinite(finding.Nats) && double.IsFinite(finding.ShiftedRatio) ? finding : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    StorageUnusableException Unusable(Exception e) => new($"{_path} cannot be used: {e.Message} Run as the user who owns it.", e);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DisplacementFinding))]
sealed partial class FindingJson : JsonSerializerContext;
