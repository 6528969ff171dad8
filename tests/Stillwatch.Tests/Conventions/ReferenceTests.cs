using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Stillwatch.Tests.Conventions;

/// <summary>What the compiled assemblies really use, read from their metadata, not from their project files.</summary>
public sealed class ReferenceTests
{
    /// <summary>The benchmark may know the form of an exchange, of a report and of a rung; how detection works it must not know.</summary>
    static readonly string[] OpenToTheSimulator = ["Stillwatch.Engine.Exchanges", "Stillwatch.Engine.Judgement", "Stillwatch.Engine.Responses"];

    [Fact]
    public void The_engine_uses_only_the_base_class_library_and_hashing()
        => Assert.Empty(Foreign(Assembly.Load("Stillwatch.Engine").GetReferencedAssemblies()));

    [Fact]
    public void A_foreign_assembly_is_noticed()
        => Assert.Contains("xunit.v3.assert", Foreign(typeof(ReferenceTests).Assembly.GetReferencedAssemblies()));

    [Fact]
    public void The_simulator_sees_only_exchanges_reports_and_rungs()
        => Assert.Empty(Hidden(Assembly.Load("Stillwatch.Simulator")));

    [Fact]
    public void A_look_into_the_detector_is_noticed()
    {
        Assert.NotNull(typeof(Engine.CampaignDetector)); // the planted reference
        Assert.Contains("Stillwatch.Engine.CampaignDetector", Hidden(typeof(ReferenceTests).Assembly));
    }

    /// <summary>System.* includes System.IO.Hashing; packages that bear that prefix are kept out by the list in <see cref="ProjectTests"/>.</summary>
    static IEnumerable<string> Foreign(IEnumerable<AssemblyName> references)
        => references.Select(reference => reference.Name!).Where(name => !name.StartsWith("System.", StringComparison.Ordinal));

    static List<string> Hidden(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata.TypeReferences.Select(metadata.GetTypeReference)
                .Where(type => type.ResolutionScope.Kind == HandleKind.AssemblyReference
                    && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == "Stillwatch.Engine"
                    && !OpenToTheSimulator.Contains(metadata.GetString(type.Namespace)))
                .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}"),
        ];
    }
}
