using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Scan;

/// <summary>Reads the small files a scan may be given: the policy, the detection key, a calibration. All fail closed.</summary>
static class ScanFiles
{
    /// <summary>The ladder of a policy file (docs/access.md); a scan has no use for the rest, but a fault anywhere refuses the file.</summary>
    /// <returns>The ladder, or every fault of the file at once.</returns>
    public static (Policy? Policy, IReadOnlyList<string> Faults) ReadPolicy(string path)
    {
        var read = PolicyReader.Read(path, Environment.GetEnvironmentVariable);
        return (read.Policy?.Ladder, [.. read.Faults.Select(fault => $"--policy {fault}")]);
    }

    /// <returns>What was learned of the operator's traffic, or what is wrong with the file.</returns>
    public static (LearnedCalibration? Learned, string? Fault) ReadCalibration(string path)
    {
        try
        {
            var (learned, fault) = LearnedCalibration.Parse(File.ReadAllBytes(path));
            return (learned, fault is null ? null : $"{path} {fault}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{path}: {e.Message} Learn one with: stillwatch calibrate.");
        }
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
