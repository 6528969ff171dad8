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
        var (policy, faults) = Policy("mode: enforce\nladder:\n  shape: {days: 7} # the rest as it is\n  hysteresis_log_odds: 0.5\n");

        Assert.Empty(faults);
        Assert.Equal(new Policy() with { HysteresisLogOdds = 0.5, Shape = new Policy().Shape with { Days = 7 } }, policy);
    }

    [Theory]
    [InlineData("{", "--policy")]
    [InlineData("[]", "must be a mapping")]
    [InlineData("", "is empty")]
    [InlineData("ladder: {shapes: {}}", "ladder.shapes: is no key; did you mean shape?")]
    [InlineData("ladder: {shape: {day: 7}}", "day")]
    [InlineData("ladder: {shape: null}", "shape")]
    [InlineData("ladder: {shape: {days: 7, days: 8}}", "days")]
    [InlineData("ladder: {shape: {days: 0}}", "policy.yaml:1: ladder.shape.days: '0' must be a whole number from 1 to 365")]
    [InlineData("ladder: {shape: {hard_family: false}}", "ladder.shape.hard_family")]
    [InlineData("limits: {rules: [{name: a}]}", "limits.rules[0].per")]
    [InlineData("""{"shape":{"days":7}}""", "shape: belongs under ladder: since a policy also says who may call; write 'ladder: {shape: …}'")]
    public void A_faulty_policy_is_refused_by_name(string text, string said)
    {
        var (policy, faults) = Policy(text);

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

    (Policy? Policy, IReadOnlyList<string> Faults) Policy(string text) => ScanFiles.ReadPolicy(_files.Write("policy.yaml", Encoding.UTF8.GetBytes(text)));
}
