using System.Text;
using Stillwatch.Engine.Responses;
using Stillwatch.Scan;

namespace Stillwatch.Tests.Scan;

public sealed class ScanFilesTests : IDisposable
{
    readonly LogFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void What_a_policy_file_leaves_out_keeps_its_default()
    {
        var (policy, faults) = Policy("""{"shape":{"days":7}, /* the rest as it is */ "hysteresis_log_odds":0.5}""");

        Assert.Empty(faults);
        Assert.Equal(new Policy() with { HysteresisLogOdds = 0.5, Shape = new Policy().Shape with { Days = 7 } }, policy);
    }

    [Theory]
    [InlineData("{", "--policy")]
    [InlineData("[]", "no JSON object")]
    [InlineData("null", "no JSON object")]
    [InlineData("""{"shapes":{}}""", "shapes")]
    [InlineData("""{"shape":{"day":7}}""", "day")]
    [InlineData("""{"shape":null}""", "shape")]
    [InlineData("""{"shape":{"days":7,"days":8}}""", "days")]
    [InlineData("""{"shape":{"days":0}}""", "shape.days is 0; it must be 1 to 365")]
    [InlineData("""{"shape":{"hard_family":false}}""", "shape.hard_family")]
    public void A_faulty_policy_is_refused_by_name(string json, string said)
    {
        var (policy, faults) = Policy(json);

        Assert.Null(policy);
        Assert.Contains(faults, fault => fault.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_is_32_bytes_or_64_hex_digits()
    {
        var bytes = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        var binary = ScanFiles.ReadKey(_files.Write("binary", bytes)).Key;
        var hex = ScanFiles.ReadKey(_files.Write("hex", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes) + "\n"))).Key;

        Assert.Equal(binary!.Id, hex!.Id);
        Assert.Contains("this file has 3 bytes", ScanFiles.ReadKey(_files.Write("short", "abc"u8.ToArray())).Fault, StringComparison.Ordinal);
    }

    (Policy? Policy, IReadOnlyList<string> Faults) Policy(string json) => ScanFiles.ReadPolicy(_files.Write("policy.json", Encoding.UTF8.GetBytes(json)));
}
