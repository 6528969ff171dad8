using System.Reflection;

namespace Stillwatch.Tests.Conventions;

/// <summary>The checkout these tests were built from: its root, its files and the assemblies of src.</summary>
static class Repository
{
    static readonly string[] NotOurs = [".git", "bin", "obj", "out", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "node_modules", ".vs", ".idea"];

    /// <summary>The nearest folder above the test executable that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Files under a folder of the repository, as paths relative to the root with forward slashes, in ordinal order. Nothing built, nothing ignored.</summary>
    public static List<string> Files(string folder = "", string extension = "")
    {
        List<string> found = [];
        Collect(Path.Combine(Root, folder), extension, found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    public static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    /// <summary>The assemblies of the projects under src, as built beside the tests.</summary>
    public static IEnumerable<Assembly> Assemblies()
        => Files("src", ".csproj")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Select(name => Assembly.Load(name == "Stillwatch" ? "stillwatch" : name));

    /// <summary>Types a person wrote: no closures, no iterators, no source generators' output, no class around top-level statements.</summary>
    public static IEnumerable<Type> Types()
        => Assemblies().SelectMany(assembly => assembly.GetTypes()).Where(type => !IsGenerated(type) && type.FullName != "Program" && type.Name != "_Imports"); // the second is made of usings for pages

    public static bool IsGenerated(Type type)
        => type.FullName!.Contains('<')
            || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true
            || type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute), false)
            || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), false);

    static void Collect(string folder, string extension, List<string> found)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => file.EndsWith(extension, StringComparison.Ordinal) && IsOurs(file)))
        {
            found.Add(Path.GetRelativePath(Root, file).Replace('\\', '/'));
        }

        foreach (var child in Directory.EnumerateDirectories(folder).Where(IsOurs))
        {
            Collect(child, extension, found);
        }
    }

    /// <summary>In a second work tree <c>.git</c> is a file.</summary>
    static bool IsOurs(string path) => !NotOurs.Contains(Path.GetFileName(path));

    static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Stillwatch.slnx")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No Stillwatch.slnx above {AppContext.BaseDirectory}; run the tests from a checkout.");
    }
}
