namespace Stillwatch.Gateway.Configuration;

/// <summary>The JSON schema of the configuration (docs/stillwatch.schema.json), for editors. Reading does not use it; tests hold the two together.</summary>
static class ConfigSchema
{
    public static string Text()
    {
        using var schema = new StreamReader(typeof(ConfigSchema).Assembly.GetManifestResourceStream("stillwatch.schema.json")!);
        return schema.ReadToEnd();
    }
}
