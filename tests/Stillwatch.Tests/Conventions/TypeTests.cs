using System.Reflection;

namespace Stillwatch.Tests.Conventions;

/// <summary>Types are sealed, keep no state of the process, and bear names that say something.</summary>
public sealed class TypeTests
{
    static readonly string[] EmptyWords = ["Manager", "Helper", "Helpers", "Service", "Processor", "Info", "Data", "Impl", "Utils", "Util"];

    static readonly string[] EmptyFolders = ["Utils", "Helpers", "Models", "Interfaces", "Common", "Core", "Abstractions"];

    [Fact]
    public void Every_class_is_sealed_static_abstract_or_the_base_of_records() => Assert.Empty(Open([.. Repository.Types()]));

    [Fact]
    public void An_open_class_is_noticed()
        => Assert.Equal([nameof(PlantedOpen)], Open([typeof(PlantedOpen), typeof(PlantedBase), typeof(PlantedLeaf), typeof(TypeTests), typeof(Repository)]));

    [Fact]
    public void No_type_keeps_mutable_statics() => Assert.Empty(Repository.Types().SelectMany(MutableStatics));

    [Fact]
    public void A_mutable_static_is_noticed()
        => Assert.Equal(
            ["PlantedStatics.Counter", "PlantedStatics.Names", "PlantedStatics.Open", "PlantedStatics.Setting", "PlantedStatics.Table", "PlantedStatics.cache"],
            MutableStatics(typeof(PlantedStatics)).Order(StringComparer.Ordinal));

    [Fact]
    public void No_type_or_folder_has_an_empty_name()
        => Assert.Empty((string[])[
            .. Repository.Types().Select(type => type.Name).Where(IsEmptyName),
            .. Repository.Files("src", ".cs").Where(path => path.Split('/').SkipLast(1).Any(EmptyFolders.Contains)),
        ]);

    [Fact]
    public void An_empty_name_is_noticed()
        => Assert.Equal(["TraitManager", "CaseData", "StoreImpl`1"], new[] { "TraitManager", "Trait", "Metadata", "CaseData", "StoreImpl`1" }.Where(IsEmptyName));

    static IEnumerable<string> Open(IReadOnlyCollection<Type> types)
        => types.Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false }
                && !(IsRecord(type) && types.Any(other => other.BaseType == type)) && !IsComponent(type))
            .Select(type => type.Name);

    /// <summary>The Razor compiler writes components open, whatever a page says.</summary>
    static bool IsComponent(Type? type) => type is not null && (type.FullName == "Microsoft.AspNetCore.Components.ComponentBase" || IsComponent(type.BaseType));

    static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    static bool IsEmptyName(string name) => EmptyWords.Any(word => name.Split('`')[0].EndsWith(word, StringComparison.Ordinal));

    static IEnumerable<string> MutableStatics(Type type)
    {
        foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        {
            var property = field.Name.StartsWith('<') && field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal)
                ? type.GetProperty(field.Name[1..field.Name.IndexOf('>')], BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
                : null;
            if (field.IsLiteral || (field.Name.Contains('<') && property is null))
            {
                continue; // a constant, or the compiler's cache of a lambda
            }

            var isPrivate = property?.GetMethod?.IsPrivate ?? field.IsPrivate;
            if (!field.IsInitOnly || IsMutable(field.FieldType, isPrivate))
            {
                yield return $"{type.Name}.{property?.Name ?? field.Name}";
            }
        }
    }

    /// <summary>A private array or table of constants is how a lookup is written; one that others can reach, or one made to be written, is state.</summary>
    static bool IsMutable(Type type, bool isPrivate)
        => type.Namespace == "System.Collections.Concurrent"
            || type == typeof(System.Text.StringBuilder)
            || (!isPrivate && (type.IsArray || (type.IsGenericType && type.Namespace == "System.Collections.Generic" && type.IsClass)));

    public class PlantedOpen;

    public record PlantedBase;

    public sealed record PlantedLeaf : PlantedBase;

    public static class PlantedStatics
    {
        public const int Constant = 1;
        public static readonly string Fixed = "x";
        public static int Counter;
        public static readonly string[] Names = ["x"];
        public static readonly List<string> Open = [];
        static readonly int[] Constants = [1, 2];
        static readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> cache = new();

        public static string Setting { get; set; } = Fixed;

        public static Dictionary<string, int> Table { get; } = new() { ["x"] = Constants.Length + cache.Count };

        public static IReadOnlyList<string> View { get; } = ["x"];

        public static Func<int, int> Increment { get; } = value => value + 1;
    }
}
