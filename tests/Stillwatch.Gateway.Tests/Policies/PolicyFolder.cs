using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Access.Regions.Networks;
using Stillwatch.Gateway.Tests.Storage;

namespace Stillwatch.Gateway.Tests.Policies;

/// <summary>A folder for policies, with the files that samples and examples name: a small database and a list.</summary>
sealed class PolicyFolder : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public PolicyFolder() => Fill(Directory.CreateDirectory(_directory.Path).FullName);

    public string Path => _directory.Path;

    public static void Fill(string folder)
    {
        File.WriteAllBytes(System.IO.Path.Combine(folder, "country.mmdb"), NetworkSamples.Nested());
        File.WriteAllText(System.IO.Path.Combine(folder, "hosting.txt"), "192.0.2.0/24 # a data centre\n");
    }

    public void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(Path, name), text);

    /// <summary>Reads a policy as a file of this folder. Faults name it <c>policy.yaml</c>.</summary>
    public PolicyReading Read(string text, Func<string, string?>? environment = null)
    {
        var reading = PolicyReader.Read(text, System.IO.Path.Combine(Path, "policy.yaml"), environment ?? (_ => null), out _);
        return reading with { Faults = Short(reading.Faults), Warnings = Short(reading.Warnings) };
    }

    public void Dispose() => _directory.Dispose();

    static IReadOnlyList<Gateway.Configuration.ConfigFault> Short(IReadOnlyList<Gateway.Configuration.ConfigFault> faults) =>
        [.. faults.Select(fault => fault with { File = System.IO.Path.GetFileName(fault.File) })];
}
